-- migrate:up
-- What the engine says of a failed load, without the statement and the place in it: at most 300 characters.
CREATE FUNCTION etl_problem AS (exception) ->
    substringUTF8(
        replaceRegexpOne(
            replaceRegexpOne(exception, '(?s)(: (while|While) executing|: In scope |\\. Stack trace| \\(version ).*$', ''),
            '^Code: [0-9]+\\. DB::Exception: ',
            ''),
        1,
        300);

-- migrate:down
DROP FUNCTION etl_problem;

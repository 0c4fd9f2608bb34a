-- migrate:up
-- The text that json_quotes was made of.
CREATE FUNCTION json_unquotes AS (quotes) ->
    replaceAll(replaceAll(quotes, char(3), '\\"'), char(2), '\\\\');

-- migrate:down
DROP FUNCTION json_unquotes;

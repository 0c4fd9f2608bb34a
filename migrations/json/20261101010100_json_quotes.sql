-- migrate:up
-- JSON text in which each quote begins or ends a string: an escaped backslash is the control character 2, an escaped
-- quote 3. JSON that is valid has neither by itself.
CREATE FUNCTION json_quotes AS (text) ->
    replaceAll(replaceAll(text, '\\\\', char(2)), '\\"', char(3));

-- migrate:down
DROP FUNCTION json_quotes;

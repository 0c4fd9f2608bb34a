-- migrate:up
-- The strings of JSON text that are no values of keys, as json_repeated_key takes them. quotes is json_quotes of the text.
CREATE FUNCTION json_keys AS (quotes) ->
    extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?');

-- migrate:down
DROP FUNCTION json_keys;

-- migrate:up
-- The keys of all objects in JSON text, and strings that stand in lists: when none of them comes twice, none comes twice in
-- one object. quotes is json_quotes of the text.
CREATE FUNCTION json_keys AS (quotes) ->
    extractAll(quotes, '"([^"]*)"(?:[ \t\r\n]*:[ \t\r\n]*"[^"]*")?');

-- migrate:down
DROP FUNCTION json_keys;

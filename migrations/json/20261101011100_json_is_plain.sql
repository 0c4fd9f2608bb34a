-- migrate:up
-- Whether a line is a JSON object that the engine's parser reads by itself, in none of whose objects a key can come twice. So
-- are nearly all lines, and the few others take a longer way: what is not planned for an insert costs it nothing.
CREATE FUNCTION json_is_plain AS (line) ->
    startsWith(line, '{')
    AND isValidJSON(line)
    AND arrayAll(keys -> arrayUniq(keys) = length(keys), [json_keys(json_quotes(line))])
    AND (position(line, '\\') = 0 OR NOT match(json_quotes(line), '\\\\[^"]*"[ \t\r\n]*:'));

-- migrate:down
DROP FUNCTION json_is_plain;

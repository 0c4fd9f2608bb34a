-- migrate:up
-- The first key that comes twice in one object of JSON text, at whatever depth, after a quote; '' if there is none. quotes is
-- json_quotes of the text; keys are all strings in it that are no values of keys. Nearly all texts have no key twice in any
-- of their objects, which is known at a tenth of the cost.
CREATE FUNCTION json_repeated_key AS (quotes, keys) ->
    arrayMap(
        entries -> arrayFirst((entry, count) -> count > 1, entries, arrayEnumerateUniq(entries)).2,
        json_object_keys(
            [
                extractAll(
                    if(
                        arrayUniq(keys) = length(keys) AND NOT arrayExists(key -> position(key, '\\') > 0, keys),
                        '',
                        quotes),
                    '"[^"]*"(?:[ \t\r\n]*:)?|[{}\\[\\]]')
            ]))[1];

-- migrate:down
DROP FUNCTION json_repeated_key;

-- migrate:up
-- JSON text whose strings and numbers are strings of their sources, a number's with the control character 1 in front: what
-- is picked from it, json_source turns back into what was written. The engine's parser alone prints numbers again in
-- its own way, and cannot read all. A list of it, empty texts for those that are no JSON.
CREATE FUNCTION json_sources AS (texts) ->
    arrayMap(
        quotes -> replaceAll(
            replaceAll(
                substring(
                    replaceRegexpAll(
                        replaceAll(quotes, '\\', '\\\\'),
                        '(?s)((?:"[^"]*"|[^"])+?)(-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|$)',
                        '\\1"\\\\u0001\\2"'),
                    1,
                    -8),
                char(3),
                '\\\\\\"'),
            char(2),
            '\\\\\\\\'),
        json_lexical(texts));

-- migrate:down
DROP FUNCTION json_sources;

-- migrate:up
-- The key of a token '"key":' of json_quotes as it reads, after a quote: "\u0061" is a. One with half of a surrogate pair is
-- its source. Keys come in a list.
CREATE FUNCTION json_key AS (token) ->
    if(
        match(token, '[\\\\\\x02\\x03]'),
        arrayMap(
            key -> concat('"', if(isValidJSON(key), JSONExtractString(key), substring(key, 2, length(key) - 2))),
            [json_unquotes(extract(token, '^("[^"]*")'))])[1],
        extract(token, '^("[^"]*)"'));

-- migrate:down
DROP FUNCTION json_key;

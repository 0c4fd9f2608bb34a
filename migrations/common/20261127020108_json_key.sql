-- migrate:up
-- A key that json_keys found, as it reads: "\u0061" is a. One with half of a surrogate pair is its source.
CREATE FUNCTION json_key AS (key) -> multiIf(
    NOT match(key, '[\\\\\\x02\\x03]'),
        key,
    isValidJSON(concat('["', json_unquotes(key), '"]')),
        JSONExtractString(concat('["', json_unquotes(key), '"]'), 1),
    json_unquotes(key));

-- migrate:down
DROP FUNCTION json_key;

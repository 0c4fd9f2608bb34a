-- migrate:up
-- A UUID that is a function of a text: the beginning of its SHA-256, marked as version 8 (RFC 9562).
CREATE FUNCTION text_uuid AS (text) ->
    arrayMap(
        hash -> toUUID(
            concat(
                substring(hash, 1, 8), '-',
                substring(hash, 9, 4), '-8',
                substring(hash, 14, 3), '-a',
                substring(hash, 18, 3), '-',
                substring(hash, 21, 12))),
        [lower(hex(SHA256(text)))])[1];

-- migrate:down
DROP FUNCTION text_uuid;

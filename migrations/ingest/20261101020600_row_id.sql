-- migrate:up
-- A row's id in 128 bits: a UUID itself, of any other text (a number of a sequence) a hash in its place.
CREATE FUNCTION row_id AS (id) ->
    ifNull(toUUIDOrNull(id), reinterpretAsUUID(sipHash128(id)));

-- migrate:down
DROP FUNCTION row_id;

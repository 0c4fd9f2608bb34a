-- migrate:up
-- One of eight parts into which messages fall, by the first bits of their hash. Parts are counted beside each other, and
-- their numbers add up, as a message is in one of them.
CREATE FUNCTION outreach_slice AS (entityHash) -> toUInt8(bitShiftRight(entityHash, 61));

-- migrate:down
DROP FUNCTION outreach_slice;

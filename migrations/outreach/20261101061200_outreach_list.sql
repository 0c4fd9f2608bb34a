-- migrate:up
-- The list that a message is put into before distinct messages are counted: one for each slice of the hashes (its
-- first bits, sliceBits of them, at least three), bucket of time and set of numbers that it counts in, as one number:
-- the slice, 32 bits of the bucket's start, 7 bits of outreach_event_bit or outreach_sent_bits. Distinct members of a
-- short list are counted several times as fast as by a set that grows, and one number is a faster key than its parts.
CREATE FUNCTION outreach_list AS (entityHash, sliceBits, bucket, bits) -> bitOr(
    bitShiftLeft(bitShiftRight(entityHash, 64 - sliceBits), 39),
    bitOr(bitShiftLeft(toUInt64(toUInt32(bucket)), 7), toUInt64(bits)));

-- migrate:down
DROP FUNCTION outreach_list;

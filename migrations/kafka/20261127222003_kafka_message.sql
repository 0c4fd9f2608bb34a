-- migrate:up
-- The id of a message of Kafka, the same each time it is delivered: eight digits of its topic's hash, eight of its partition, and
-- sixteen of its offset.
CREATE FUNCTION kafka_message AS (topic, partition, offset) ->
    reinterpret(
        bitOr(
            bitShiftLeft(toUInt128(offset), 64),
            toUInt128(bitOr(bitShiftLeft(toUInt64(xxHash32(topic)), 32), toUInt64(toUInt32(partition))))),
        'UUID');

-- migrate:down
DROP FUNCTION kafka_message;

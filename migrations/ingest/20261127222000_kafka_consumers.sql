-- migrate:up
-- One row is how a consumer of Kafka did when it was last looked at; the engine itself keeps that in memory only, in a
-- system table that queries may not read. ORDER BY: the latest of a consumer replaces the others. There are few rows; those of
-- consumers that are gone expire after a day. Without migrations/kafka there are none.
-- Its rows belong to no tenant: queries with `tenant: all` read it.
CREATE TABLE kafka_consumers
(
    server LowCardinality(String),
    table_name LowCardinality(String),
    consumer String COMMENT 'Its id in the group; empty until it has joined',
    partitions Array(Tuple(topic String, partition Int32, offset Nullable(Int64), lag Nullable(Int64))) COMMENT 'What it reads: the next offset to be stored, and how many messages are after that; NULL when not known',
    connected Bool COMMENT 'Whether a broker answers it',
    messages UInt64 COMMENT 'Read since it began',
    polled_at DateTime('UTC') COMMENT '1970 for never',
    committed_at DateTime('UTC') COMMENT 'When messages were last stored; 1970 for never',
    error String COMMENT 'What went wrong last, without names of hosts or secrets; empty when nothing did',
    failed_at DateTime('UTC') COMMENT 'When that was',
    observed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(observed_at)
ORDER BY (server, table_name, consumer)
TTL toDateTime(observed_at) + INTERVAL 1 DAY
COMMENT 'access: operator';

-- migrate:down
DROP TABLE kafka_consumers;

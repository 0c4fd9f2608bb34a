-- migrate:up
-- One row is something that happened to a tenant's data, for those who follow it live. What they replay by is the order
-- in which rows became visible, and not a time or a number that a writer chose: a slow writer would put its row
-- before those that a reader has seen. The engine numbers each insert when its rows become visible (_block_number,
-- kept through merges, with the row's place in the insert in _block_offset), so the id of a row is
-- _block_number * 1048576 + _block_offset: a reader who has seen id n misses nothing by asking for id > n. This holds on
-- one server; replicas number by partition. Up to a block number of 2^33 the id is exact in JSON.
-- cause makes a writer's repetition harmless: it looks for the rows with its cause first.
-- ORDER BY: what is asked is a tenant's latest rows. Kept for two days, in partitions that expire whole.
-- Queries may not read it, although its rows belong to tenants: the gateway hands them out.
CREATE TABLE live_events
(
    tenant_id String,
    at DateTime64(3, 'UTC') DEFAULT now64(3),
    type LowCardinality(String),
    data String COMMENT 'A JSON object',
    cause String COMMENT 'What made it happen, such as the run of a sync'
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (tenant_id, at)
TTL toDateTime(at) + INTERVAL 2 DAY
SETTINGS ttl_only_drop_parts = 1, enable_block_number_column = 1, enable_block_offset_column = 1
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE live_events;

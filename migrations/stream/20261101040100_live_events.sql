-- migrate:up
-- One row is something that happened to a tenant's data, for those who follow it live: views write it from what an insert or
-- a refresh brings, so that a domain has live events by a view of its own and nothing else. What is replayed by is the
-- order in which rows became visible, and not a time or a number that a writer chose: a slow writer would put its row
-- before those that a reader has seen. The engine numbers each insert when its rows become visible (_block_number,
-- kept through merges, with the row's place in the insert in _block_offset). This holds on one server; replicas number by
-- partition. Numbers begin again at 1 when the table was emptied and the engine started again, so that a position is told
-- with its row's time too. Rows without a tenant are those by which a gateway finds its position.
-- cause makes a writer's repetition harmless: it looks for the rows with its cause first.
-- ORDER BY: what is asked is what a tenant has missed. Kept for two days, in partitions that expire whole; a gateway
-- replays 24 hours. Queries may not read it, although its rows belong to tenants: the gateway hands them out.
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
SETTINGS
    ttl_only_drop_parts = 1,
    enable_block_number_column = 1,
    enable_block_offset_column = 1,
    add_minmax_index_for_block_number_column = 1,
    non_replicated_deduplication_window = 1000
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE live_events;

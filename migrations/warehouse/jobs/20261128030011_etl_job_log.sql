-- migrate:up
-- One row is a run of a scheduled view of the warehouse: how long it took, what it read and wrote, and why it failed.
-- ORDER BY: what is asked is the latest runs. PARTITION BY month, so that whole parts expire after 90 days. A run that is noted
-- twice is one: read it with FINAL. Rows belong to no tenant: queries with `tenant: all` read it.
CREATE TABLE etl_job_log
(
    view LowCardinality(String),
    started_at DateTime64(3, 'UTC'),
    query_id String,
    duration_ms UInt64,
    rows_read UInt64,
    rows_written UInt64,
    memory_bytes UInt64,
    error String COMMENT 'Empty when it ended well'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(started_at)
ORDER BY (started_at, view, query_id)
TTL toDateTime(started_at) + INTERVAL 90 DAY
SETTINGS ttl_only_drop_parts = 1
COMMENT 'access: operator';

-- migrate:down
DROP TABLE etl_job_log;

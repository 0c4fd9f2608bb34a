-- migrate:up
-- One row is one try to bring a source's changes over: how it ended, and up to where the source was read by it.
-- ORDER BY: what is asked is a source's latest tries. PARTITION BY month, so that whole parts expire after 90 days.
-- Its rows belong to no tenant: queries with `tenant: all` read it.
CREATE TABLE sync_runs
(
    source LowCardinality(String),
    started_at DateTime64(3, 'UTC') COMMENT 'When it began; of one that failed, when it failed',
    run UUID COMMENT 'The reading of sync_reads, zero when it failed before it read',
    duration_ms UInt64,
    lines UInt64 COMMENT 'Rows that came from the source',
    rejected UInt64 COMMENT 'Those of them that became dead letters',
    position UInt64 COMMENT 'Horizon of the source: the next reading begins here',
    error LowCardinality(String) COMMENT 'What went wrong, without names of hosts or secrets; empty when nothing did',
    recorded_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(started_at)
ORDER BY (source, started_at)
TTL toDateTime(started_at) + INTERVAL 90 DAY
SETTINGS ttl_only_drop_parts = 1
COMMENT 'access: operator';

-- migrate:down
DROP TABLE sync_runs;

-- migrate:up
-- One row is what one run of a quality check came to for one tenant; a check that could not run has a row of each tenant that the
-- domain knows. ORDER BY: a tenant reads its own, by check, over time. By month, so that whole parts expire after a year.
-- The sample of rows at fault goes after 30 days: nobody mends them later, and it must not outlive by much what it was taken from.
CREATE TABLE quality_results
(
    tenant_id String,
    check_name LowCardinality(String) COMMENT 'Such as outreach/event_duplicates',
    run_at DateTime64(3, 'UTC') COMMENT 'When the run began' CODEC(Delta, ZSTD),
    run UUID,
    domain LowCardinality(String),
    table_name LowCardinality(String),
    kind LowCardinality(String),
    severity LowCardinality(String),
    summary LowCardinality(String),
    passed Bool,
    examined UInt64 COMMENT 'Rows that were looked at',
    failed UInt64 COMMENT 'Rows at fault',
    score Float64 COMMENT 'Percent of the rows examined that are not at fault; 0 when too few were examined',
    reason String COMMENT 'Why it failed, for the tenant; empty when it passed',
    sample Array(Map(String, Nullable(String))) COMMENT 'The first rows at fault, cut short' CODEC(ZSTD(3)) TTL toDateTime(run_at) + INTERVAL 30 DAY
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(run_at)
ORDER BY (tenant_id, check_name, run_at, run)
TTL toDateTime(run_at) + INTERVAL 365 DAY;

-- migrate:down
DROP TABLE quality_results;

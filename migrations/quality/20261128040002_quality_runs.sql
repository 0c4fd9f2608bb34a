-- migrate:up
-- One row is one run of a quality check, for all tenants together. It is written after the tenants' results: a run without a row
-- here was cut off, and another gateway begins it again. It is written once more when tenants are added of which the run saw nothing:
-- the latest recorded_at holds. ORDER BY: what is asked is each check's last run. By month, so that whole parts expire after 90 days.
-- Its rows belong to no tenant: queries with `tenant: all` read it.
CREATE TABLE quality_runs
(
    check_name LowCardinality(String),
    run_at DateTime64(3, 'UTC') COMMENT 'When it began',
    run UUID,
    domain LowCardinality(String),
    table_name LowCardinality(String),
    kind LowCardinality(String),
    severity LowCardinality(String),
    summary LowCardinality(String),
    duration_ms UInt64,
    tenants UInt64 COMMENT 'Tenants who have a result',
    failed_tenants UInt64 COMMENT 'Those for whom it failed',
    examined UInt64,
    failed UInt64,
    passed Bool,
    reason String COMMENT 'Why it could not run, for tenants; empty when it did',
    error String COMMENT 'The same for operators',
    instance UUID COMMENT 'Who ran it',
    recorded_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(recorded_at)
PARTITION BY toYYYYMM(run_at)
ORDER BY (check_name, run_at, run)
TTL toDateTime(run_at) + INTERVAL 90 DAY
SETTINGS ttl_only_drop_parts = 1
COMMENT 'access: operator';

-- migrate:down
DROP TABLE quality_runs;

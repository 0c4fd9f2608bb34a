-- migrate:up
-- One row is a scheduled view of the warehouse and the table that it loads, as they were when last looked at: the engine itself
-- keeps that in memory only, in system tables that queries may not read. Of a view that is gone the row stays, and is not looked at.
-- ORDER BY: the latest of a view replaces the others. There are few rows, which never expire. They belong to no tenant: queries
-- with `tenant: all` read it.
CREATE TABLE etl_table_state
(
    view LowCardinality(String),
    table_name LowCardinality(String),
    stored_rows UInt64 COMMENT 'Of all tenants, and with those that newer ones have replaced',
    upstreams Array(String) COMMENT 'Views that it depends on, directly or not',
    status LowCardinality(String) COMMENT 'As the engine calls it: Scheduled, Running, WaitingForDependencies, …',
    next_run_at DateTime('UTC') COMMENT '1970 while it waits for another',
    error String COMMENT 'What went wrong in the last run, empty when nothing did',
    observed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(observed_at)
ORDER BY view
COMMENT 'access: operator';

-- migrate:down
DROP TABLE etl_table_state;

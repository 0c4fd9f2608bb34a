-- migrate:up
-- One row is the state of a source's schedule when it changed; the latest holds. The engine itself keeps it in memory
-- only, in a system table that queries may not read. There are few rows, which never expire.
-- Its rows belong to no tenant: queries with `tenant: all` read it.
CREATE TABLE sync_states
(
    source LowCardinality(String),
    is_running Bool,
    next_run_at DateTime('UTC'),
    retries UInt64 COMMENT 'Failures since the last success or turn',
    observed_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(observed_at)
ORDER BY source
COMMENT 'access: operator';

-- migrate:down
DROP TABLE sync_states;

-- migrate:up
-- One row is what the values of a tenant's metric come to in one hour of UTC, by the start of their periods: users' values
-- and the company's own together.
-- Corrections, deletions and late rows are followed as in csr_scores_rollup: a day in which anything changed
-- (csr_metric_changes) is computed again from csr_metrics, and the rows of the latest computed_at replace the earlier ones:
-- read it with FINAL, and only days that are up to date. An hour whose values have vanished stays as a row of none, and each
-- day has at least the row of its first hour, which says that it was computed.
-- The deviation is a state, which keeps its digits where sums of squares lose them; it is replaced, never added to.
-- Percentiles are not here: they cannot be put together from hours. Nor are users: with a value or two of a user a day,
-- which is what metrics have, there would be as many rows as values; cohorts have csr_cohort_metrics.
-- ORDER BY: a query asks for a metric's hours in a range. PARTITION BY year: years that are past stay in one part. Rows live
-- as long as the values. Of no values, value_min is inf and value_max -inf, which change no min and max.
CREATE TABLE csr_metrics_hourly
(
    tenant_id String,
    metric String,
    hour DateTime('UTC') CODEC(Delta, ZSTD(1)),
    value_count UInt64,
    value_sum Float64,
    value_deviation AggregateFunction(stddevSampStable, Float64),
    value_min Float64,
    value_max Float64,
    computed_at DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(hour)
ORDER BY (tenant_id, metric, hour)
SETTINGS
    non_replicated_deduplication_window = 1000,
    min_age_to_force_merge_seconds = 300,
    min_age_to_force_merge_on_partition_only = 1;

-- migrate:down
DROP TABLE csr_metrics_hourly;

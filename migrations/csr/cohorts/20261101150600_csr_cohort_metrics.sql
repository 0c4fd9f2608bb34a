-- migrate:up
-- One row is what the values of a metric come to on one day of UTC, of those who were members of a cohort when it was
-- computed.
-- Two things outdate a row: a change of the day's values (csr_metric_changes), for every cohort of the tenant, and somebody
-- who joins or leaves (csr_cohort_changes), for all days and metrics of the cohort. Either way it is computed again from
-- csr_metrics and csr_cohort_members, and the rows of the latest computed_at replace the earlier ones: read it with FINAL,
-- and only for cohorts and days that both are up to date. What is not is read value by value, so that a membership is seen
-- at once. Of values that have vanished a row of none stays. Each day that was computed has a row of the cohort 0, and each
-- cohort one of the metric '', which say so.
-- Percentiles are not here: they cannot be put together from days, so what tells them reads the values. So does what asks for
-- one cohort alone, which costs no more: this is for the ranking of all, cohorts/top.
-- ORDER BY: a query asks for the days of one metric, of all cohorts. PARTITION BY year: years that
-- are past stay in one part. Rows live as long as the values, also those of deleted cohorts, which nothing shows.
-- Of no values, value_min is inf and value_max -inf, which change no min and max.
CREATE TABLE csr_cohort_metrics
(
    tenant_id String,
    cohort_id UUID,
    metric String,
    day Date,
    value_count UInt64,
    value_sum Float64,
    value_min Float64,
    value_max Float64,
    computed_at DateTime64(3, 'UTC'),
    INDEX recent computed_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(day)
ORDER BY (tenant_id, metric, cohort_id, day)
SETTINGS
    non_replicated_deduplication_window = 1000,
    min_age_to_force_merge_seconds = 300,
    min_age_to_force_merge_on_partition_only = 1;

-- migrate:down
DROP TABLE csr_cohort_metrics;

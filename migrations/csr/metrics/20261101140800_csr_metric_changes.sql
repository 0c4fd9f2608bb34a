-- migrate:up
-- One row is a UTC day of a tenant's values of a metric: when something last changed in it, and as of when each of the two
-- rollups holds it, csr_metrics_hourly and csr_cohort_metrics. A rollup is up to date when it was computed more than a
-- minute after changed_at, as in csr_score_changes; else the values are read one by one.
-- ORDER BY: a query asks for the days of one metric in a range. No partitions: there are few rows. Rows live as long as the
-- values.
CREATE TABLE csr_metric_changes
(
    tenant_id String,
    metric String,
    day Date,
    changed_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    hours_rolled_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    cohorts_rolled_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, metric, day)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE csr_metric_changes;

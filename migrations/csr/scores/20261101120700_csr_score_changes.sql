-- migrate:up
-- One row is a day, week or month of a tenant's scores on a dimension: when something last changed in it, and as of when
-- csr_scores_rollup holds it. It is up to date when rolled_at is more than a minute after changed_at: an insert's rows show
-- some time after changed_at is taken, and a minute is ample for that. Else its scores are read one by one.
-- ORDER BY: a query asks for the buckets of one dimension in a range. No partitions: there are few rows. Rows live as long
-- as the scores.
CREATE TABLE csr_score_changes
(
    tenant_id String,
    granularity LowCardinality(String),
    dimension String,
    bucket Date,
    changed_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    rolled_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, granularity, dimension, bucket)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE csr_score_changes;

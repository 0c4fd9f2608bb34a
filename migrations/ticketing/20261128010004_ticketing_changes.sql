-- migrate:up
-- One row is an hour or a day of UTC of a tenant's rows of a stream: when something last changed in it, and as of when the rollups
-- hold it. It is up to date when rolled_at is more than a minute after changed_at: an insert's rows show some time after
-- changed_at is taken, and a minute is ample for that. Else its rows are read one by one.
-- ORDER BY: a query asks for the buckets of one stream in a range. No partitions: there are few rows. Rows live as long as what
-- they tell of.
CREATE TABLE ticketing_changes
(
    tenant_id String,
    stream LowCardinality(String),
    granularity LowCardinality(String),
    bucket DateTime('UTC'),
    changed_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    rolled_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, stream, granularity, bucket)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE ticketing_changes;

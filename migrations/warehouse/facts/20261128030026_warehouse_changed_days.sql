-- migrate:up
-- One row is a day of UTC of a tenant, and when a fact of it was last loaded: the facts by day are computed again for these days.
-- ORDER BY: a day is noted once. No partitions: there are few rows. They never expire.
CREATE TABLE warehouse_changed_days
(
    tenant_id String,
    day Date,
    changed_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, day)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE warehouse_changed_days;

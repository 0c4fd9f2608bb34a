-- migrate:up
-- One row is a device that facts tell of: its kind, its browser and its system. A text that nobody told is ''. One that corrections have left stays.
-- ORDER BY: a member is noted once. No partitions: there are few rows, which never expire.
CREATE TABLE warehouse_devices
(
    tenant_id String,
    device String,
    browser String,
    os String,
    first_seen_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_seen_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, device, browser, os)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE warehouse_devices;

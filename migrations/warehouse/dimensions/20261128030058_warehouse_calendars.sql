-- migrate:up
-- One row is in which month a tenant's fiscal year begins, in one version: the latest counts, so read it with FINAL. A tenant
-- without a row begins in January. ORDER BY: there is one row of a tenant. No partitions: there are few. Rows live for ever.
CREATE TABLE warehouse_calendars
(
    tenant_id String,
    first_month UInt8,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY tenant_id
COMMENT 'writers: warehouse';

-- migrate:down
DROP TABLE warehouse_calendars;

-- migrate:up
-- One row is what one reading of a source brought for one tenant. A reading may be cut off in the middle: it counts only
-- once sync_runs says that it ended well. horizon is the source's: every change made before it was in the reading.
-- Rows without a tenant are the source's own sign of life, and lines that name no tenant.
-- ORDER BY: what is asked is a source's latest readings. Kept for a week: sync_runs has what lasts.
-- Queries may not read it, although its rows belong to tenants: it is the gateway's own state.
CREATE TABLE sync_reads
(
    source LowCardinality(String),
    run UUID,
    tenant_id String,
    started_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    horizon SimpleAggregateFunction(min, UInt64),
    lines SimpleAggregateFunction(sum, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toMonday(started_at)
ORDER BY (source, run, tenant_id)
TTL toDateTime(started_at) + INTERVAL 7 DAY
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE sync_reads;

-- migrate:up
-- One row is what one gateway counted for a tenant on a UTC day so far, and how many queries more it may accept without
-- asking; of each counter the highest `version` holds. As counts are absolute, a row written twice, late or out of order
-- changes nothing, and a lost one is made good by the next. A reset is a row with an instance of its own and negative
-- counts. ORDER BY: the sums of a day and of a month are read by tenant and day. Kept for two years.
-- Queries may not read it, although its rows belong to tenants: it is the gateway's own state.
CREATE TABLE tenant_usage
(
    tenant_id String,
    day Date,
    instance UUID COMMENT 'The gateway, or the reset',
    generation UInt32 COMMENT 'A gateway that forgot its count of the day goes on from 0 in the next generation',
    version UInt64,
    queries Int64,
    bytes_read Int64,
    held UInt64 COMMENT 'Queries that the gateway may still accept; void when it is dead'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(day)
ORDER BY (tenant_id, day, instance, generation)
TTL day + INTERVAL 2 YEAR
SETTINGS ttl_only_drop_parts = 1
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE tenant_usage;

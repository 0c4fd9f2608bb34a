-- migrate:up
-- One row is an admin's decision about a tenant's budgets; the latest `updated_at` holds. A tenant without one has
-- the defaults, and a limit that is NULL is the default, too. Looked up by tenant; kept forever, as it is small.
-- Queries may not read it, although its rows belong to tenants: it is the gateway's own state.
CREATE TABLE tenant_budgets
(
    tenant_id String,
    daily Nullable(UInt64) COMMENT 'Queries a day',
    monthly Nullable(UInt64) COMMENT 'Queries a month',
    daily_bytes Nullable(UInt64) COMMENT 'Bytes that queries read a day',
    per_second Nullable(UInt32) COMMENT 'Requests a second, of each instance',
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY tenant_id
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE tenant_budgets;

-- migrate:up
-- One row is a decision of an admin whether a tenant may follow its data live; the latest one holds. Without any, the gateway's
-- configuration decides.
-- ORDER BY: one tenant is asked for, or all. No partitions and no end: there are few rows.
CREATE TABLE streaming_tenants
(
    tenant_id String,
    enabled Bool,
    changed_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY tenant_id
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE streaming_tenants;

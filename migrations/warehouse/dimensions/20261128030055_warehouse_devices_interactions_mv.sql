-- migrate:up
-- Notes the members that loaded interactions tell of.
CREATE MATERIALIZED VIEW warehouse_devices_interactions_mv TO warehouse_devices AS
SELECT
    tenant_id,
    device,
    browser,
    os,
    min(occurred_at) AS first_seen_at,
    max(occurred_at) AS last_seen_at
FROM warehouse_interactions
WHERE NOT deleted
GROUP BY
    tenant_id,
    device,
    browser,
    os;

-- migrate:down
DROP VIEW warehouse_devices_interactions_mv;

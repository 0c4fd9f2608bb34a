-- migrate:up
-- Notes the members that loaded sales tell of.
CREATE MATERIALIZED VIEW warehouse_devices_sales_mv TO warehouse_devices AS
SELECT
    tenant_id,
    device,
    '' AS browser,
    '' AS os,
    min(occurred_at) AS first_seen_at,
    max(occurred_at) AS last_seen_at
FROM warehouse_sales
WHERE NOT deleted
GROUP BY
    tenant_id,
    device;

-- migrate:down
DROP VIEW warehouse_devices_sales_mv;

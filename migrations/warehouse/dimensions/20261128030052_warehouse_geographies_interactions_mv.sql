-- migrate:up
-- Notes the members that loaded interactions tell of.
CREATE MATERIALIZED VIEW warehouse_geographies_interactions_mv TO warehouse_geographies AS
SELECT
    tenant_id,
    country,
    city,
    min(occurred_at) AS first_seen_at,
    max(occurred_at) AS last_seen_at
FROM warehouse_interactions
WHERE NOT deleted
GROUP BY
    tenant_id,
    country,
    city;

-- migrate:down
DROP VIEW warehouse_geographies_interactions_mv;

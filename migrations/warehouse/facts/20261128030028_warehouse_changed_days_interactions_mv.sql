-- migrate:up
-- Notes the days of which interactions were loaded, those that a row has left included.
CREATE MATERIALIZED VIEW warehouse_changed_days_interactions_mv TO warehouse_changed_days AS
SELECT
    tenant_id,
    toDate(occurred_at, 'UTC') AS day,
    now64(3) AS changed_at
FROM warehouse_interactions
GROUP BY
    tenant_id,
    day;

-- migrate:down
DROP VIEW warehouse_changed_days_interactions_mv;

-- migrate:up
-- Notes in which hours and days rows have changed: rows that came, and the deleted ones that cover old places.
-- It reads with its owner's rights: a sender of rows may not read ticketing_sales.
CREATE MATERIALIZED VIEW ticketing_changes_sales_mv TO ticketing_changes
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    tenant_id,
    'ticketing_sales' AS stream,
    granularity,
    if(granularity = 'hour', hour, toStartOfDay(hour)) AS bucket,
    now64(3) AS changed_at
FROM
(
    SELECT DISTINCT
        tenant_id,
        toStartOfHour(occurred_at) AS hour
    FROM ticketing_sales
)
ARRAY JOIN ['hour', 'day'] AS granularity
GROUP BY
    tenant_id,
    granularity,
    bucket;

-- migrate:down
DROP VIEW ticketing_changes_sales_mv;

-- migrate:up
-- Computes all cohorts again: a sale that comes late may move a user to an earlier one, and takes from each month of the other.
CREATE MATERIALIZED VIEW warehouse_user_cohorts_refresh
REFRESH EVERY 15 MINUTE DEPENDS ON warehouse_user_engagement_refresh TO warehouse_user_cohorts AS
SELECT
    tenant_id,
    arrayMin(bought.1) AS cohort_month,
    each.1 AS month,
    count() AS buyers,
    sum(each.2) AS orders,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        user_id,
        sumMap([toStartOfMonth(day)], [warehouse_user_engagement.orders]) AS bought
    FROM warehouse_user_engagement FINAL
    WHERE warehouse_user_engagement.orders > 0
    GROUP BY
        tenant_id,
        user_id
) AS users
ARRAY JOIN arrayZip(bought.1, bought.2) AS each
GROUP BY
    tenant_id,
    cohort_month,
    month;

-- migrate:down
DROP VIEW warehouse_user_cohorts_refresh;

-- migrate:up
-- Computes the days again of which facts were loaded since the last run that ended well, and in the ten minutes before. It
-- begins when the facts have been loaded. What it finds is a function of the facts, so a run that is repeated changes nothing.
CREATE MATERIALIZED VIEW warehouse_user_engagement_refresh
REFRESH EVERY 5 MINUTE DEPENDS ON warehouse_sales_refresh, warehouse_interactions_refresh APPEND TO warehouse_user_engagement AS
WITH
    changed AS
    (
        SELECT DISTINCT
            tenant_id,
            day
        FROM warehouse_changed_days
        WHERE changed_at >=
        (
            SELECT argMax(watermark, noted_at) - INTERVAL 10 MINUTE
            FROM etl_watermarks
            WHERE view = 'warehouse_user_engagement_refresh'
        )
    )
SELECT
    tenant_id,
    day,
    user_id,
    sum(parts.interactions) AS interactions,
    sum(parts.views) AS views,
    sum(parts.clicks) AS clicks,
    sum(parts.carts) AS carts,
    sum(parts.checkouts) AS checkouts,
    sum(parts.check_ins) AS check_ins,
    sum(parts.sessions) AS sessions,
    sum(parts.orders) AS orders,
    sum(parts.tickets) AS tickets,
    sum(parts.refunded_tickets) AS refunded_tickets,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        day,
        user_id,
        count() AS interactions,
        countIf(event_type = 'view') AS views,
        countIf(event_type = 'click') AS clicks,
        countIf(event_type = 'add_to_cart') AS carts,
        countIf(event_type = 'checkout') AS checkouts,
        countIf(event_type = 'check_in') AS check_ins,
        uniqExact(session_id) AS sessions,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets
    FROM warehouse_interactions FINAL
    WHERE (tenant_id, day) IN (SELECT tenant_id, day FROM changed)
        AND user_id != ''
        -- finds the rows by the key
        AND occurred_at >= (SELECT toDateTime64(min(day), 3, 'UTC') FROM changed)
        AND occurred_at < (SELECT toDateTime64(max(day) + 1, 3, 'UTC') FROM changed)
    GROUP BY
        tenant_id,
        day,
        user_id
    UNION ALL
    SELECT
        tenant_id,
        day,
        user_id,
        0 AS interactions,
        0 AS views,
        0 AS clicks,
        0 AS carts,
        0 AS checkouts,
        0 AS check_ins,
        0 AS sessions,
        uniqExactIf(order_id, kind = 'sale') AS orders,
        sumIf(quantity, kind = 'sale') AS tickets,
        sumIf(quantity, kind = 'refund') AS refunded_tickets
    FROM warehouse_sales FINAL
    WHERE (tenant_id, day) IN (SELECT tenant_id, day FROM changed)
        AND user_id != ''
        -- finds the rows by the key
        AND occurred_at >= (SELECT toDateTime64(min(day), 3, 'UTC') FROM changed)
        AND occurred_at < (SELECT toDateTime64(max(day) + 1, 3, 'UTC') FROM changed)
    GROUP BY
        tenant_id,
        day,
        user_id
    UNION ALL
    SELECT
        tenant_id,
        day,
        user_id,
        0 AS interactions,
        0 AS views,
        0 AS clicks,
        0 AS carts,
        0 AS checkouts,
        0 AS check_ins,
        0 AS sessions,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets
    FROM warehouse_user_engagement
    WHERE (tenant_id, day) IN (SELECT tenant_id, day FROM changed)
) AS parts
GROUP BY
    tenant_id,
    day,
    user_id;

-- migrate:down
DROP VIEW warehouse_user_engagement_refresh;

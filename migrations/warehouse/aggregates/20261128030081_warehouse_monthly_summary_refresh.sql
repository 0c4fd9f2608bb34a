-- migrate:up
-- Computes the months again from the facts by day, which are few beside the facts: of all months, so that what a correction took
-- from one is gone there. Orders of two days count twice where a day's did: an order is of the day of its first sale.
CREATE MATERIALIZED VIEW warehouse_monthly_summary_refresh
REFRESH EVERY 5 MINUTE DEPENDS ON warehouse_organizer_performance_refresh, warehouse_user_engagement_refresh TO warehouse_monthly_summary AS
SELECT
    tenant_id,
    month,
    currency,
    sum(parts.interactions) AS interactions,
    sum(parts.views) AS views,
    sum(parts.carts) AS carts,
    sum(parts.checkouts) AS checkouts,
    sum(parts.active_users) AS active_users,
    sum(parts.buyers) AS buyers,
    sum(parts.orders) AS orders,
    sum(parts.tickets) AS tickets,
    sum(parts.refunded_tickets) AS refunded_tickets,
    sum(parts.gross_minor) AS gross_minor,
    sum(parts.discount_minor) AS discount_minor,
    sum(parts.fee_minor) AS fee_minor,
    sum(parts.refund_minor) AS refund_minor,
    sum(parts.refunded_fee_minor) AS refunded_fee_minor,
    now64(3) AS computed_at
FROM
(
    SELECT
        tenant_id,
        toStartOfMonth(day) AS month,
        currency,
        interactions,
        views,
        carts,
        checkouts,
        0 AS active_users,
        0 AS buyers,
        orders,
        tickets,
        refunded_tickets,
        gross_minor,
        discount_minor,
        fee_minor,
        refund_minor,
        refunded_fee_minor
    FROM warehouse_organizer_performance FINAL
    UNION ALL
    SELECT
        tenant_id,
        toStartOfMonth(day) AS month,
        '' AS currency,
        0 AS interactions,
        0 AS views,
        0 AS carts,
        0 AS checkouts,
        uniqExactIf(user_id, warehouse_user_engagement.interactions + warehouse_user_engagement.orders > 0) AS active_users,
        uniqExactIf(user_id, warehouse_user_engagement.orders > 0) AS buyers,
        0 AS orders,
        0 AS tickets,
        0 AS refunded_tickets,
        0 AS gross_minor,
        0 AS discount_minor,
        0 AS fee_minor,
        0 AS refund_minor,
        0 AS refunded_fee_minor
    FROM warehouse_user_engagement FINAL
    GROUP BY
        tenant_id,
        month
) AS parts
GROUP BY
    tenant_id,
    month,
    currency
HAVING interactions + active_users + orders + refunded_tickets > 0;

-- migrate:down
DROP VIEW warehouse_monthly_summary_refresh;

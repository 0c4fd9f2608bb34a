-- migrate:up
-- Computes the changed buckets again, each minute: those in which nothing has changed for a minute, since until then they are
-- read row by row anyway. The clock is read in whole minutes: a bucket that settles while this runs must not be in one part of it
-- and out of another, or it would be said to be computed without its rows.
CREATE MATERIALIZED VIEW ticketing_sales_rollup_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND APPEND TO ticketing_sales_rollup AS
WITH
    settled AS
    (
        SELECT
            tenant_id,
            granularity,
            bucket
        FROM ticketing_changes
        WHERE stream = 'ticketing_sales'
        GROUP BY
            tenant_id,
            granularity,
            bucket
        HAVING max(changed_at) < toStartOfMinute(now()) - INTERVAL 1 MINUTE
            AND max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
    )
SELECT
    tenant_id,
    facet,
    bucket,
    organizer_id,
    show_id,
    channel,
    country,
    city,
    currency,
    sum(group_orders) AS orders,
    sum(group_tickets) AS tickets,
    sum(group_refunded_tickets) AS refunded_tickets,
    sum(group_gross_minor) AS gross_minor,
    sum(group_discount_minor) AS discount_minor,
    sum(group_refund_minor) AS refund_minor,
    sum(group_fee_minor) AS fee_minor,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM
(
    SELECT
        tenant_id,
        'show' AS facet,
        toStartOfHour(occurred_at) AS bucket,
        organizer_id,
        show_id,
        '' AS channel,
        '' AS country,
        '' AS city,
        currency,
        uniqExactIf(order_hash, kind = 'sale') AS group_orders,
        sumIf(quantity, kind = 'sale') AS group_tickets,
        sumIf(quantity, kind = 'refund') AS group_refunded_tickets,
        sumIf(quantity * unit_price_minor, kind = 'sale') AS group_gross_minor,
        sumIf(discount_minor, kind = 'sale') AS group_discount_minor,
        sumIf(quantity * unit_price_minor - discount_minor, kind = 'refund') AS group_refund_minor,
        sum(if(kind = 'sale', fee_minor, -fee_minor)) AS group_fee_minor
    FROM ticketing_sales FINAL
    WHERE (tenant_id, toStartOfHour(occurred_at)) IN (SELECT tenant_id, bucket FROM settled WHERE granularity = 'hour')
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        show_id,
        currency
    UNION ALL
    SELECT
        tenant_id,
        'channel' AS facet,
        toStartOfHour(occurred_at) AS bucket,
        organizer_id,
        '' AS show_id,
        channel,
        '' AS country,
        '' AS city,
        currency,
        uniqExactIf(order_hash, kind = 'sale') AS group_orders,
        sumIf(quantity, kind = 'sale') AS group_tickets,
        sumIf(quantity, kind = 'refund') AS group_refunded_tickets,
        sumIf(quantity * unit_price_minor, kind = 'sale') AS group_gross_minor,
        sumIf(discount_minor, kind = 'sale') AS group_discount_minor,
        sumIf(quantity * unit_price_minor - discount_minor, kind = 'refund') AS group_refund_minor,
        sum(if(kind = 'sale', fee_minor, -fee_minor)) AS group_fee_minor
    FROM ticketing_sales FINAL
    WHERE (tenant_id, toStartOfHour(occurred_at)) IN (SELECT tenant_id, bucket FROM settled WHERE granularity = 'hour')
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        channel,
        currency
    UNION ALL
    SELECT
        tenant_id,
        'place' AS facet,
        toStartOfDay(occurred_at) AS bucket,
        organizer_id,
        '' AS show_id,
        '' AS channel,
        country,
        city,
        currency,
        uniqExactIf(order_hash, kind = 'sale') AS group_orders,
        sumIf(quantity, kind = 'sale') AS group_tickets,
        sumIf(quantity, kind = 'refund') AS group_refunded_tickets,
        sumIf(quantity * unit_price_minor, kind = 'sale') AS group_gross_minor,
        sumIf(discount_minor, kind = 'sale') AS group_discount_minor,
        sumIf(quantity * unit_price_minor - discount_minor, kind = 'refund') AS group_refund_minor,
        sum(if(kind = 'sale', fee_minor, -fee_minor)) AS group_fee_minor
    FROM ticketing_sales FINAL
    WHERE (tenant_id, toStartOfDay(occurred_at)) IN (SELECT tenant_id, bucket FROM settled WHERE granularity = 'day')
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        country,
        city,
        currency
    UNION ALL
    SELECT
        tenant_id,
        facet,
        bucket,
        organizer_id,
        show_id,
        channel,
        country,
        city,
        currency,
        0,
        0,
        0,
        0,
        0,
        0,
        0
    FROM ticketing_sales_rollup
    WHERE (tenant_id, if(facet IN ('show', 'channel'), 'hour', 'day'), bucket) IN (SELECT tenant_id, granularity, bucket FROM settled)
    UNION ALL
    SELECT
        tenant_id,
        arrayJoin(if(granularity = 'hour', ['show', 'channel'], ['place'])) AS facet,
        bucket,
        '',
        '',
        '',
        '',
        '',
        '',
        0,
        0,
        0,
        0,
        0,
        0,
        0
    FROM settled
)
GROUP BY
    tenant_id,
    facet,
    bucket,
    organizer_id,
    show_id,
    channel,
    country,
    city,
    currency;

-- migrate:down
DROP VIEW ticketing_sales_rollup_refresh;

-- migrate:up
-- Loads the lines that were stored since the last run that ended well, and in the ten minutes before: an insert may take its time.
-- A run that is repeated, or one that was cut off, changes nothing: rows replace each other by place and updated_at. As
-- many months as a load may bring are allowed: each makes a part.
CREATE MATERIALIZED VIEW warehouse_sales_refresh
REFRESH EVERY 5 MINUTE APPEND TO warehouse_sales AS
SELECT
    tenant_id,
    id,
    kind,
    order_id,
    occurred_at,
    user_id,
    show_id,
    organizer_id,
    ticket_type_id,
    quantity,
    unit_price_minor,
    quantity * unit_price_minor AS gross_minor,
    fee_minor,
    discount_minor,
    currency,
    channel,
    promo_code,
    refund_of,
    country,
    city,
    device,
    updated_at,
    deleted
FROM ticketing_sales
WHERE arrived_at >=
(
    SELECT argMax(watermark, noted_at) - INTERVAL 10 MINUTE
    FROM etl_watermarks
    WHERE view = 'warehouse_sales_refresh'
)
SETTINGS max_partitions_per_insert_block = 10000;

-- migrate:down
DROP VIEW warehouse_sales_refresh;

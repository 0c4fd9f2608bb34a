-- migrate:up
-- Keeps the parsed lines that are good.
CREATE MATERIALIZED VIEW ticketing_sales_mv TO ticketing_sales AS
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
    fee_minor,
    discount_minor,
    currency,
    channel,
    promo_code,
    refund_of,
    country,
    city,
    device,
    updated_at
FROM ticketing_sales_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW ticketing_sales_mv;

-- migrate:up
-- One row is one landed line after parsing: the columns of ticketing_sales if reason is empty, else why it is rejected.
-- Nothing is stored here (engine Null, so there is no order, partition or lifetime): it lets the views after it share one
-- parsing of the line.
CREATE TABLE ticketing_sales_parsed
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    received_at DateTime64(3, 'UTC'),
    reason String,
    id String,
    kind LowCardinality(String),
    order_id String,
    occurred_at DateTime64(3, 'UTC'),
    user_id String,
    show_id String,
    organizer_id String,
    ticket_type_id String,
    quantity UInt32,
    unit_price_minor Int64,
    fee_minor Int64,
    discount_minor Int64,
    currency LowCardinality(String),
    channel String,
    promo_code String,
    refund_of String,
    country String,
    city String,
    device String,
    updated_at DateTime64(6, 'UTC')
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_sales_parsed;

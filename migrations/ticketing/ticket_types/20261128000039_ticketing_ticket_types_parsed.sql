-- migrate:up
-- One row is one landed line after parsing: the columns of ticketing_ticket_types if reason is empty, else why it is rejected.
-- Nothing is stored here (engine Null, so there is no order, partition or lifetime): it lets the views after it share one
-- parsing of the line.
CREATE TABLE ticketing_ticket_types_parsed
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    received_at DateTime64(3, 'UTC'),
    reason String,
    id String,
    ticket_type_id String,
    changed_at DateTime64(3, 'UTC'),
    deleted Bool,
    show_id Nullable(String),
    name Nullable(String),
    price_minor Nullable(Int64),
    currency Nullable(String),
    quantity Nullable(UInt32)
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_ticket_types_parsed;

-- migrate:up
-- One row is one landed line after parsing: the columns of ticketing_events if reason is empty, else why it is rejected.
-- Nothing is stored here (engine Null, so there is no order, partition or lifetime): it lets the views after it share one
-- parsing of the line.
CREATE TABLE ticketing_events_parsed
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    received_at DateTime64(3, 'UTC'),
    reason String,
    id String,
    event_type LowCardinality(String),
    occurred_at DateTime64(3, 'UTC'),
    session_id String,
    show_id String,
    organizer_id String,
    user_id String,
    ticket_type_id String,
    order_id String,
    quantity UInt32,
    device String,
    browser String,
    os String,
    country String,
    city String,
    channel String,
    updated_at DateTime64(6, 'UTC')
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_events_parsed;

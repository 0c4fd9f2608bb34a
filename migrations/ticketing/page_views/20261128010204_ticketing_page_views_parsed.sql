-- migrate:up
-- One row is one landed line after parsing: the columns of ticketing_page_views if reason is empty, else why it is rejected.
-- Nothing is stored here (engine Null, so there is no order, partition or lifetime): it lets the views after it share one
-- parsing of the line.
CREATE TABLE ticketing_page_views_parsed
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    received_at DateTime64(3, 'UTC'),
    reason String,
    id String,
    occurred_at DateTime64(3, 'UTC'),
    visitor_id String,
    session_id String,
    url String,
    user_id String,
    show_id String,
    organizer_id String,
    referrer String,
    device String,
    browser String,
    os String,
    country String,
    city String,
    duration_ms Nullable(UInt32),
    updated_at DateTime64(6, 'UTC')
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_page_views_parsed;

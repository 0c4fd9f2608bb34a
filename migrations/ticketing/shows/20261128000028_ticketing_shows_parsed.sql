-- migrate:up
-- One row is one landed line after parsing: the columns of ticketing_shows if reason is empty, else why it is rejected.
-- Nothing is stored here (engine Null, so there is no order, partition or lifetime): it lets the views after it share one
-- parsing of the line.
CREATE TABLE ticketing_shows_parsed
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    received_at DateTime64(3, 'UTC'),
    reason String,
    id String,
    show_id String,
    changed_at DateTime64(3, 'UTC'),
    deleted Bool,
    organizer_id Nullable(String),
    name Nullable(String),
    category Nullable(String),
    venue Nullable(String),
    city Nullable(String),
    country Nullable(String),
    starts_at Nullable(DateTime64(3, 'UTC')),
    ends_at Nullable(DateTime64(3, 'UTC')),
    capacity Nullable(UInt32)
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_shows_parsed;

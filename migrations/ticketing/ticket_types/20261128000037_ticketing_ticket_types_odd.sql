-- migrate:up
-- One row is one landed line that is not plain. Nothing is stored here (engine Null, so there is no order, partition or
-- lifetime): views that read a table to which an insert brings no row are not planned, so that only odd lines pay for
-- ticketing_ticket_types_json_odd_mv.
CREATE TABLE ticketing_ticket_types_odd
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    fault String,
    line String,
    received_at DateTime64(3, 'UTC')
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_ticket_types_odd;

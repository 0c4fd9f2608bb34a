-- migrate:up
-- One row is one landed line with the JSON that the engine reads of it, and what is wrong with the line as such, '' if
-- nothing. Nothing is stored here (engine Null, so there is no order, partition or lifetime): plain lines and repaired ones
-- meet here, so that both are parsed by ticketing_sales_parsed_mv.
CREATE TABLE ticketing_sales_json
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    json String,
    problem String,
    received_at DateTime64(3, 'UTC')
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_sales_json;

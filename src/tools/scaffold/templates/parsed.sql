-- migrate:up
-- One row is one landed line after parsing: the columns of {{stream}} if reason is empty, else why it is rejected.
-- Nothing is stored here (engine Null, so there is no order, partition or lifetime): it lets the views after it share one
-- parsing of the line.
CREATE TABLE {{stream}}_parsed
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    received_at DateTime64(3, 'UTC'),
    reason String,
    {{columns}}
)
ENGINE = Null;

-- migrate:down
DROP TABLE {{stream}}_parsed;

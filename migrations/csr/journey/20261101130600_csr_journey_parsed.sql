-- migrate:up
-- One row is one landed line after parsing: the columns of csr_journey if reason is empty, else why it is rejected.
-- Nothing is stored here (engine Null, so there is no order, partition or lifetime): it lets the views after it share one
-- parsing of the line.
CREATE TABLE csr_journey_parsed
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    received_at DateTime64(3, 'UTC'),
    reason String,
    id UUID,
    stage String,
    day Date,
    user_id String,
    program_id String,
    occurred_at DateTime64(3, 'UTC'),
    updated_at DateTime64(6, 'UTC'),
    deleted Bool
)
ENGINE = Null;

-- migrate:down
DROP TABLE csr_journey_parsed;

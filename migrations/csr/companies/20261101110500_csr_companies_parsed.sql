-- migrate:up
-- One row is one landed line after parsing: the columns of csr_companies if reason is empty, else why it is rejected.
-- Nothing is stored here (engine Null, so there is no order, partition or lifetime): it lets the views after it share one
-- parsing of the line.
CREATE TABLE csr_companies_parsed
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    received_at DateTime64(3, 'UTC'),
    reason String,
    name String,
    industry String,
    region String,
    employees UInt32,
    size_band LowCardinality(String),
    updated_at DateTime64(6, 'UTC'),
    deleted Bool
)
ENGINE = Null;

-- migrate:down
DROP TABLE csr_companies_parsed;

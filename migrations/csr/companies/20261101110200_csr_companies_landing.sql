-- migrate:up
-- One row is one line about a company as a producer sent it, from whatever source. Nothing is stored here (engine Null,
-- so there is no order, partition or lifetime): views read each inserted block once. tenant_id is the credential's,
-- fault a problem that the gateway has found in the line, usually none. A plain line goes the short way,
-- csr_companies_json_plain_mv, an odd one the long way, csr_companies_odd_mv.
-- The comment of `line` is an example, which the API reference shows.
CREATE TABLE csr_companies_landing
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    fault String,
    line String COMMENT '{"name": "Example", "industry": "Retail", "region": "EU", "employees": 250, "updatedAt": "2026-11-20T10:00:00Z"}',
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    plain Bool MATERIALIZED fault = '' AND json_is_plain(line)
)
ENGINE = Null;

-- migrate:down
DROP TABLE csr_companies_landing;

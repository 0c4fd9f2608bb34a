-- migrate:up
-- One row is one line as a producer sent it, from whatever source. Nothing is stored here (engine Null, so there is no
-- order, partition or lifetime): views read each inserted block once. tenant_id is the credential's, fault a problem
-- that the gateway has found in the line, usually none. A plain line goes the short way, outreach_json_plain_mv, an odd
-- one the long way, outreach_odd_mv.
CREATE TABLE outreach_landing
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    fault String,
    line String,
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    plain Bool MATERIALIZED fault = '' AND json_is_plain(line) AND NOT outreach_metadata_is_odd(line)
)
ENGINE = Null;

-- migrate:down
DROP TABLE outreach_landing;

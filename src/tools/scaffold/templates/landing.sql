-- migrate:up
-- One row is one line of {{stream}} as a producer sent it, from whatever source. Nothing is stored here (engine Null, so
-- there is no order, partition or lifetime): views read each inserted block once. tenant_id is the credential's, fault a
-- problem that the gateway has found in the line, usually none. A plain line goes the short way, {{stream}}_json_plain_mv,
-- an odd one the long way, {{stream}}_odd_mv.
CREATE TABLE {{stream}}_landing
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    fault String,
    line String,
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    plain Bool MATERIALIZED fault = '' AND json_is_plain(line)
)
ENGINE = Null;

-- migrate:down
DROP TABLE {{stream}}_landing;

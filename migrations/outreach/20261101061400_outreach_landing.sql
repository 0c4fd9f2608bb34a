-- migrate:up
-- One row is one line as a producer sent it, from whatever source. Nothing is stored here (engine Null, so there is no
-- order, partition or lifetime): views read each inserted block once. tenant_id is the credential's, fault a problem
-- that the gateway has found in the line, usually none. A plain line goes the short way, outreach_json_plain_mv, an odd
-- one the long way, outreach_odd_mv.
-- The comment of `line` is an example, which the API reference shows.
CREATE TABLE outreach_landing
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    fault String,
    line String COMMENT '{"id": "6f1d2f0e-8f0a-4d0c-9b1e-2a5c7d3e9f10", "eventType": "message_sent", "entityType": "message", "entityId": "m1", "channel": "email", "contactId": "c1", "sourceType": "campaign", "sourceId": "spring", "occurredAt": "2026-11-20T10:00:00Z"}',
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    plain Bool MATERIALIZED fault = '' AND json_is_plain(line) AND NOT outreach_metadata_is_odd(line)
)
ENGINE = Null;

-- migrate:down
DROP TABLE outreach_landing;

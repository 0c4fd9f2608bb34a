-- migrate:up
-- One row is one line of ticketing_events as a producer sent it, from whatever source. Nothing is stored here (engine Null, so
-- there is no order, partition or lifetime): views read each inserted block once. tenant_id is the credential's, fault a
-- problem that the gateway has found in the line, usually none. A plain line goes the short way, ticketing_events_json_plain_mv,
-- an odd one the long way, ticketing_events_odd_mv.
CREATE TABLE ticketing_events_landing
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    fault String,
    line String COMMENT '{"id": "e1", "eventType": "view", "occurredAt": "2026-11-20T10:00:00Z", "sessionId": "s1", "userId": "u1", "showId": "gala", "organizerId": "northside", "device": "phone", "country": "DE", "city": "Berlin"}',
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    plain Bool MATERIALIZED fault = '' AND json_is_plain(line)
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_events_landing;

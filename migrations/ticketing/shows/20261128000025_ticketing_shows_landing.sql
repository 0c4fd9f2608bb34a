-- migrate:up
-- One row is one line of ticketing_shows as a producer sent it, from whatever source. Nothing is stored here (engine Null, so
-- there is no order, partition or lifetime): views read each inserted block once. tenant_id is the credential's, fault a
-- problem that the gateway has found in the line, usually none. A plain line goes the short way, ticketing_shows_json_plain_mv,
-- an odd one the long way, ticketing_shows_odd_mv.
CREATE TABLE ticketing_shows_landing
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    fault String,
    line String COMMENT '{"id": "c1", "showId": "show-1", "changedAt": "2026-11-20T10:00:00Z", "organizerId": "org-aurora", "name": "Winter Nights", "startsAt": "2026-12-20T19:00:00Z", "endsAt": "2026-12-20T22:00:00Z", "capacity": 500}',
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    plain Bool MATERIALIZED fault = '' AND json_is_plain(line)
)
ENGINE = Null;

-- migrate:down
DROP TABLE ticketing_shows_landing;

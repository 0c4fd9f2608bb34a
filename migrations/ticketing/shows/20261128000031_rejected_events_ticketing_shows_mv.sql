-- migrate:up
-- Keeps the parsed lines that are not good, as dead letters with the reason.
CREATE MATERIALIZED VIEW rejected_events_ticketing_shows_mv TO rejected_events AS
SELECT
    tenant_id,
    'ticketing_shows' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM ticketing_shows_parsed
WHERE reason != '';

-- migrate:down
DROP VIEW rejected_events_ticketing_shows_mv;

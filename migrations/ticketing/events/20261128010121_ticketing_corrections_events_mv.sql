-- migrate:up
-- Notes where corrections lie, for ticketing_events_moved_mv.
CREATE MATERIALIZED VIEW ticketing_corrections_events_mv TO ticketing_corrections AS
SELECT
    tenant_id,
    'ticketing_events' AS stream,
    id,
    occurred_at,
    (updated_at, now64(3))::Tuple(updated_at DateTime64(6, 'UTC'), seen_at DateTime64(3, 'UTC')) AS latest,
    latest.seen_at AS seen_at
FROM ticketing_events_parsed
WHERE reason = ''
    AND updated_at != occurred_at;

-- migrate:down
DROP VIEW ticketing_corrections_events_mv;

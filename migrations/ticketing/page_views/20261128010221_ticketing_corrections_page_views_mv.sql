-- migrate:up
-- Notes where corrections lie, for ticketing_page_views_moved_mv.
CREATE MATERIALIZED VIEW ticketing_corrections_page_views_mv TO ticketing_corrections AS
SELECT
    tenant_id,
    'ticketing_page_views' AS stream,
    id,
    occurred_at,
    (updated_at, now64(3))::Tuple(updated_at DateTime64(6, 'UTC'), seen_at DateTime64(3, 'UTC')) AS latest,
    latest.seen_at AS seen_at
FROM ticketing_page_views_parsed
WHERE reason = ''
    AND updated_at != occurred_at;

-- migrate:down
DROP VIEW ticketing_corrections_page_views_mv;

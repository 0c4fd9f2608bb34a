-- migrate:up
-- Does each minute what ticketing_page_views_moved_mv does, for corrections that came within the last three: two requests that bring
-- versions of the same row at the same instant do not see each other's. Of what it has done nothing is done again.
CREATE MATERIALIZED VIEW ticketing_page_views_moved_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND APPEND TO ticketing_page_views AS
WITH
    recent AS
    (
        SELECT DISTINCT
            tenant_id,
            id
        FROM ticketing_corrections
        WHERE stream = 'ticketing_page_views'
            AND seen_at > now() - INTERVAL 3 MINUTE
    ),
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at,
            false AS is_shown
        FROM ticketing_corrections
        WHERE stream = 'ticketing_page_views'
            AND (tenant_id, id) IN (SELECT tenant_id, id FROM recent)
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            toDateTime64(0, 3, 'UTC') AS seen_at,
            true AS is_shown
        FROM ticketing_page_views FINAL
        WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM recent)
    ),
    corrected AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax(occurred_at, (updated_at, seen_at)) AS place,
            groupUniqArrayIf(occurred_at, is_shown) AS places
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT
    tenant_id,
    id,
    arrayJoin(arrayFilter(other -> other != place, places)) AS occurred_at,
    newest AS updated_at,
    true AS deleted
FROM corrected;

-- migrate:down
DROP VIEW ticketing_page_views_moved_refresh;

-- migrate:up
-- Does each minute what csr_journey_moving does, for rows of which a version came in the last ten: two requests that bring
-- versions of the same row at the same instant do not see each other's.
CREATE MATERIALIZED VIEW csr_journey_mending
REFRESH EVERY 1 MINUTE APPEND TO csr_journey AS
SELECT
    tenant_id,
    id,
    old_place.1 AS stage,
    old_place.2 AS day,
    newest AS updated_at,
    true AS deleted
FROM
(
    SELECT
        tenant_id,
        id,
        max(latest.updated_at) AS newest,
        argMax((name, day), latest) AS place,
        arrayJoin(arrayFilter(other -> other != place AND other.1 != '', groupUniqArray((name, day)))) AS old_place
    FROM csr_places
    WHERE kind = 'csr_journey'
        AND (tenant_id, id) IN
        (
            SELECT
                tenant_id,
                id
            FROM csr_places
            WHERE kind = 'csr_journey'
                AND seen_at > now() - INTERVAL 10 MINUTE
        )
    GROUP BY
        tenant_id,
        id
    HAVING count() > 1
);

-- migrate:down
DROP VIEW csr_journey_mending;

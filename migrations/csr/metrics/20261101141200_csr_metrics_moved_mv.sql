-- migrate:up
-- When versions of a row lie at several places (a correction of its metric or day, a late older version, a
-- deletion that names no place), writes a deleted row of the latest version over each place but the latest's.
-- csr_places is read only for the ids of the block: the condition finds them by the primary key. The block is joined
-- because a view's own table is its first one. The view reads with its owner's rights: a sender of rows may not read
-- csr_places.
CREATE MATERIALIZED VIEW csr_metrics_moved_mv TO csr_metrics
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            name,
            day,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at
        FROM csr_places
        WHERE kind = 'csr_metrics'
            AND (tenant_id, id) IN (SELECT tenant_id, id FROM csr_metrics_parsed WHERE reason = '')
        UNION ALL
        SELECT
            tenant_id,
            id,
            metric AS name,
            day,
            updated_at,
            now64(3) AS seen_at
        FROM csr_metrics_parsed
        WHERE reason = ''
    ),
    out_of_date AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax((name, day), (updated_at, seen_at)) AS place,
            arrayJoin(arrayFilter(other -> other != place AND other.1 != '', groupUniqArray((name, day)))) AS old_place
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT
    out_of_date.tenant_id AS tenant_id,
    out_of_date.id AS id,
    out_of_date.old_place.1 AS metric,
    out_of_date.old_place.2 AS day,
    out_of_date.newest AS updated_at,
    true AS deleted
FROM
(
    SELECT DISTINCT
        tenant_id,
        id
    FROM csr_metrics_parsed
    WHERE reason = ''
) AS landed
INNER JOIN out_of_date
    ON out_of_date.tenant_id = landed.tenant_id AND out_of_date.id = landed.id;

-- migrate:down
DROP VIEW csr_metrics_moved_mv;

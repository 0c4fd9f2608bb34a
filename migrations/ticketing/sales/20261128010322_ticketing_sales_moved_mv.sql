-- migrate:up
-- When versions of a row lie at several places (a correction of its occurredAt, or an older version that comes late), writes a
-- deleted row of the latest version over each place but the latest's. Of an insert without corrections, ticketing_sales is
-- not read: only ticketing_corrections is, for the ids of the block, and nothing is grouped. The block is joined because a view's
-- own table is its first one. The view reads with its owner's rights: a sender of rows may not read what is stored.
CREATE MATERIALIZED VIEW ticketing_sales_moved_mv TO ticketing_sales
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
    corrected_before AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            latest.updated_at AS updated_at,
            latest.seen_at AS seen_at
        FROM ticketing_corrections
        WHERE stream = 'ticketing_sales'
            AND (tenant_id, id) IN (SELECT tenant_id, id FROM ticketing_sales_parsed WHERE reason = '')
    ),
    known_places AS
    (
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            seen_at
        FROM corrected_before
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            toDateTime64(0, 3, 'UTC') AS seen_at
        FROM ticketing_sales
        WHERE NOT deleted
            AND (tenant_id, id) IN (SELECT tenant_id, id FROM ticketing_sales_parsed WHERE reason = '' AND updated_at != occurred_at)
        UNION ALL
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            now64(3) AS seen_at
        FROM ticketing_sales_parsed
        WHERE reason = ''
            AND (updated_at != occurred_at OR (tenant_id, id) IN (SELECT tenant_id, id FROM corrected_before))
        UNION ALL
        -- versions of one insert, of which another is a correction
        SELECT
            tenant_id,
            id,
            occurred_at,
            updated_at,
            now64(3) AS seen_at
        FROM ticketing_sales_parsed
        WHERE reason = ''
            AND updated_at = occurred_at
            AND (tenant_id, id) IN (SELECT tenant_id, id FROM ticketing_sales_parsed WHERE reason = '' AND updated_at != occurred_at)
    ),
    corrected AS
    (
        SELECT
            tenant_id,
            id,
            max(updated_at) AS newest,
            argMax(occurred_at, (updated_at, seen_at)) AS place,
            groupUniqArray(occurred_at) AS places
        FROM known_places
        GROUP BY
            tenant_id,
            id
    )
SELECT DISTINCT
    corrected.tenant_id AS tenant_id,
    corrected.id AS id,
    arrayJoin(arrayFilter(other -> other != corrected.place, corrected.places)) AS occurred_at,
    corrected.newest AS updated_at,
    true AS deleted
FROM ticketing_sales_parsed AS landed
INNER JOIN corrected
    ON corrected.tenant_id = landed.tenant_id AND corrected.id = landed.id
WHERE landed.reason = '';

-- migrate:down
DROP VIEW ticketing_sales_moved_mv;

-- migrate:up
-- Does each minute what csr_scores_moved_mv does, for rows of which several versions came within the last three: two requests
-- that bring versions of the same row at the same instant do not see each other's. Aggregation in the order of the table
-- keeps a load of millions of rows from filling the memory.
CREATE MATERIALIZED VIEW csr_scores_moved_refresh
REFRESH EVERY 1 MINUTE APPEND TO csr_scores AS
WITH
    out_of_date AS
    (
        SELECT
            tenant_id,
            id,
            max(latest.updated_at) AS newest,
            argMax((name, day), latest) AS place,
            groupUniqArray((name, day)) AS places
        FROM csr_places
        WHERE kind = 'csr_scores'
            AND seen_at > now() - INTERVAL 3 MINUTE
        GROUP BY
            tenant_id,
            id
        HAVING length(places) > 1
    )
SELECT
    tenant_id,
    id,
    old_place.1 AS dimension,
    old_place.2 AS day,
    newest AS updated_at,
    true AS deleted
FROM out_of_date
ARRAY JOIN arrayFilter(other -> other != place AND other.1 != '', places) AS old_place
SETTINGS optimize_aggregation_in_order = 1;

-- migrate:down
DROP VIEW csr_scores_moved_refresh;

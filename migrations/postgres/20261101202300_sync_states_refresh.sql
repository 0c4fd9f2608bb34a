-- migrate:up
-- Writes down when the sources will be read next, when that has changed.
CREATE MATERIALIZED VIEW sync_states_refresh
REFRESH EVERY 5 SECOND APPEND TO sync_states AS
SELECT
    extract(view, '^sync_lines_(.*)_refresh$') AS source,
    status = 'Running' AS is_running,
    toDateTime(ifNull(next_refresh_time, now()), 'UTC') AS next_run_at,
    retry AS retries,
    now64(3) AS observed_at
FROM system.view_refreshes
WHERE database = currentDatabase()
    AND startsWith(view, 'sync_lines_')
    AND (source, is_running, next_run_at, retries) NOT IN
    (
        SELECT
            source,
            is_running,
            next_run_at,
            retries
        FROM sync_states FINAL
    );

-- migrate:down
DROP VIEW sync_states_refresh;

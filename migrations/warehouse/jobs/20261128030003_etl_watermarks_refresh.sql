-- migrate:up
-- Writes down up to where the views of the warehouse have loaded. The engine remembers the last run of each that ended well, and
-- only until it restarts: then the written watermark stays until the next one ends well. A run that began before the last note, of a
-- watermark that somebody has set by hand, is not noted.
CREATE MATERIALIZED VIEW etl_watermarks_refresh
REFRESH EVERY 1 MINUTE OFFSET 15 SECOND APPEND TO etl_watermarks AS
WITH
    runs AS
    (
        SELECT
            view,
            toDateTime64(assumeNotNull(last_success_time), 3, 'UTC')
                - toIntervalMillisecond(ifNull(last_success_duration_ms, 0)) AS began_at
        FROM system.view_refreshes
        WHERE database = currentDatabase()
            AND startsWith(view, 'warehouse_')
            AND last_success_time IS NOT NULL
    ),
    notes AS
    (
        SELECT
            view,
            max(noted_at) AS noted_last
        FROM etl_watermarks
        GROUP BY view
    )
SELECT
    runs.view AS view,
    runs.began_at AS watermark,
    now64(3) AS noted_at
FROM runs
LEFT JOIN notes ON notes.view = runs.view
WHERE runs.began_at > notes.noted_last;

-- migrate:down
DROP VIEW etl_watermarks_refresh;

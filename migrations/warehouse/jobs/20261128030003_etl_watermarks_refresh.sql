-- migrate:up
-- Writes down up to where the views of the warehouse have loaded. The engine remembers the last run of each that ended well, and
-- only until it restarts: then the written watermark stays until the next one ends well.
CREATE MATERIALIZED VIEW etl_watermarks_refresh
REFRESH EVERY 10 SECOND APPEND TO etl_watermarks AS
SELECT
    view,
    toDateTime64(assumeNotNull(last_success_time), 3, 'UTC')
        - toIntervalMillisecond(ifNull(last_success_duration_ms, 0)) AS watermark
FROM system.view_refreshes
WHERE database = currentDatabase()
    AND startsWith(view, 'warehouse_')
    AND last_success_time IS NOT NULL
    AND (view, watermark) NOT IN
    (
        SELECT
            view,
            max(etl_watermarks.watermark)
        FROM etl_watermarks
        GROUP BY view
    );

-- migrate:down
DROP VIEW etl_watermarks_refresh;

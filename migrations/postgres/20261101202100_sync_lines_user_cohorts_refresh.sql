-- migrate:up
-- Brings over what has changed in Postgres since the last run that ended well. A run that is repeated, or that reads again
-- what a long transaction kept open, changes nothing: rows replace each other by id and time of change. One that fails
-- is repeated after 5 s, 10 s, … and then each minute.
CREATE MATERIALIZED VIEW sync_lines_user_cohorts_refresh
REFRESH EVERY 15 MINUTE
SETTINGS refresh_retries = 20, refresh_retry_initial_backoff_ms = 5000, refresh_retry_max_backoff_ms = 60000
APPEND TO sync_lines AS
SELECT
    'user_cohorts' AS source,
    toUUIDOrZero(queryID()) AS run,
    now64(3) AS started_at,
    horizon,
    tenant_id,
    fault,
    line
FROM postgres_user_cohorts(
    position = (
        SELECT toInt64(argMax(position, started_at))
        FROM sync_runs
        WHERE source = 'user_cohorts'
            AND error = ''),
    since = 0,
    firstKey = 0,
    lastKey = 4294967295);

-- migrate:down
DROP VIEW sync_lines_user_cohorts_refresh;

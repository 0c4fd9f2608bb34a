-- migrate:up
-- Writes down the runs of the views of the warehouse from the engine's log of statements: those that ended since the last one that
-- is written down, and in the hour before, which a long run may have taken. The engine
-- names the view in the statement's log_comment. It makes the log when it first writes it, which may be after its start.
CREATE MATERIALIZED VIEW etl_job_log_refresh
REFRESH EVERY 30 SECOND
SETTINGS refresh_retries = 20, refresh_retry_initial_backoff_ms = 1000, refresh_retry_max_backoff_ms = 10000
APPEND TO etl_job_log AS
SELECT
    extract(log_comment, '^refresh of \\w+\\.(warehouse_\\w+)$') AS view,
    toDateTime64(query_start_time_microseconds, 3, 'UTC') AS started_at,
    query_id,
    query_duration_ms AS duration_ms,
    read_rows AS rows_read,
    written_rows AS rows_written,
    toUInt64(greatest(memory_usage, 0)) AS memory_bytes,
    etl_problem(exception) AS error
FROM system.query_log
WHERE type != 'QueryStart'
    AND query_kind = 'Insert'
    AND view != ''
    AND event_date + 1 >= toDate((SELECT max(etl_job_log.started_at) FROM etl_job_log))
    AND event_time >= (SELECT max(etl_job_log.started_at) FROM etl_job_log) - INTERVAL 1 HOUR
    AND query_id NOT IN
    (
        SELECT etl_job_log.query_id
        FROM etl_job_log
        WHERE etl_job_log.started_at >= (SELECT max(etl_job_log.started_at) FROM etl_job_log) - INTERVAL 2 DAY
    );

-- migrate:down
DROP VIEW etl_job_log_refresh;

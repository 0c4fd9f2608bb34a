/*---
summary: Loads of the warehouse, and how they ended
description: |
  One row per run of a scheduled view, from ClickHouse's own log of statements, the latest first; kept for 90 days. A run is there
  some seconds after it has ended. One that was killed with the engine has no row; it is repeated when the engine starts.
tenant: all
scope: admin
params:
  view: { description: Only runs of this view, example: warehouse_sales_refresh, maxLength: 256 }
  failed: { description: Only runs that failed, default: false }
page: { size: 100, max: 1000 }
columns:
  view: View that ran
  startedAt: { description: When the run began, format: date-time }
  durationMs: How long it took
  rowsRead: Rows that it read
  rowsWritten: Rows that it wrote, those of views that follow from them included
  memoryBytes: The most memory that it held
  oldestUpstreamAgeSeconds: "How old the oldest of the tables that it is made of, directly or not, was when it began; null without one, and when one was not loaded"
  error: What went wrong, null when nothing did
---*/
WITH
    upstreams AS
    (
        SELECT
            view,
            arrayJoin(etl_table_state.upstreams) AS upstream
        FROM etl_table_state FINAL
    ),
    ended_well AS
    (
        SELECT
            view,
            started_at
        FROM etl_job_log FINAL
        WHERE error = ''
    ),
    -- the last load that ended well of each table that a run is made of
    inputs AS
    (
        SELECT
            runs.query_id AS query_id,
            runs.started_at AS run_at,
            ended_well.started_at AS input_at
        FROM
        (
            SELECT
                etl_job_log.query_id AS query_id,
                etl_job_log.started_at AS started_at,
                upstreams.upstream AS upstream
            FROM etl_job_log FINAL
            INNER JOIN upstreams ON upstreams.view = etl_job_log.view
            WHERE {view:Nullable(String)} IS NULL OR etl_job_log.view = {view:Nullable(String)}
        ) AS runs
        ASOF LEFT JOIN ended_well ON ended_well.view = runs.upstream AND ended_well.started_at <= runs.started_at
    ),
    ages AS
    (
        SELECT
            query_id,
            if(min(input_at) = 0, NULL, dateDiff('second', min(input_at), any(run_at))) AS age
        FROM inputs
        GROUP BY query_id
    )
SELECT
    view,
    iso_instant(started_at, 'UTC') AS startedAt,
    duration_ms AS durationMs,
    rows_read AS rowsRead,
    rows_written AS rowsWritten,
    memory_bytes AS memoryBytes,
    ages.age AS oldestUpstreamAgeSeconds,
    nullIf(etl_job_log.error, '') AS error
FROM etl_job_log FINAL
LEFT JOIN ages ON ages.query_id = etl_job_log.query_id
WHERE ({view:Nullable(String)} IS NULL OR view = {view:Nullable(String)})
    AND (NOT {failed:Bool} OR etl_job_log.error != '')
ORDER BY
    started_at DESC,
    view,
    query_id

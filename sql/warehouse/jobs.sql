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
  error: What went wrong, null when nothing did
---*/
SELECT
    view,
    iso_instant(started_at, 'UTC') AS startedAt,
    duration_ms AS durationMs,
    rows_read AS rowsRead,
    rows_written AS rowsWritten,
    memory_bytes AS memoryBytes,
    nullIf(etl_job_log.error, '') AS error
FROM etl_job_log FINAL
WHERE ({view:Nullable(String)} IS NULL OR view = {view:Nullable(String)})
    AND (NOT {failed:Bool} OR etl_job_log.error != '')
ORDER BY
    started_at DESC,
    view,
    query_id

/*---
summary: How fresh the data from Postgres is
description: |
  One row per source. Changes come over every 15 minutes; a failed run is repeated within a minute. A source is `late`
  when the last successful run began more than 20 minutes ago, or when there was none. Runs are recorded a few seconds
  after they end, and kept for 90 days. Without Postgres there are no rows.
tenant: all
scope: admin
columns:
  source: Table of Postgres
  lastSuccessAt: { description: When the last successful run began; what was committed before is here, format: date-time }
  rows: Rows that it brought, also those that a long transaction made it read again
  rejected: Those of them that became dead letters
  durationMs: How long it took
  lagSeconds: Time since it began
  late: Whether that is more than 20 minutes
  error: What went wrong in the last run, null when nothing did
  failures: Runs that failed since the last successful one
  nextRunAt: { description: When the next run is due, format: date-time }
  running: Whether one runs now
---*/
WITH
    sources AS
    (
        SELECT
            source,
            argMax(is_running, observed_at) AS is_running,
            argMax(next_run_at, observed_at) AS next_run_at
        FROM sync_states
        GROUP BY source
    ),
    runs AS
    (
        SELECT
            source,
            maxIf(started_at, error = '') AS last_success_at,
            argMaxIf((lines, rejected, duration_ms), started_at, error = '') AS last_success,
            -- by the order of recording: the engine tells of failures to the second
            argMax(error, (recorded_at, error = '')) AS latest_error,
            maxIf(recorded_at, error = '') AS success_recorded_at,
            arrayCount(at -> at > success_recorded_at, groupArrayIf(recorded_at, error != '')) AS failures
        FROM sync_runs
        GROUP BY source
    )
SELECT
    sources.source AS source,
    if(runs.last_success_at = 0, NULL, iso_instant(runs.last_success_at, 'UTC')) AS lastSuccessAt,
    if(runs.last_success_at = 0, NULL, runs.last_success.1) AS rows,
    if(runs.last_success_at = 0, NULL, runs.last_success.2) AS rejected,
    if(runs.last_success_at = 0, NULL, runs.last_success.3) AS durationMs,
    if(
        runs.last_success_at = 0,
        NULL,
        greatest(dateDiff('second', runs.last_success_at, {now:DateTime64(3, 'UTC')}), 0)) AS lagSeconds,
    ifNull(lagSeconds > 1200, true)::Bool AS late,
    if(runs.latest_error = '', NULL, toString(runs.latest_error)) AS error,
    runs.failures AS failures,
    iso_instant(toDateTime64(sources.next_run_at, 3, 'UTC'), 'UTC') AS nextRunAt,
    sources.is_running AS running
FROM sources
LEFT JOIN runs ON runs.source = sources.source
ORDER BY source

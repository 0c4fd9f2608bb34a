/*---
summary: How fresh the tables of the warehouse are
description: |
  One row per scheduled view. A table is as old as its last load that ended well, and what it was made of may be older still: after
  a failed load those that depend on it go on with what is there, or wait without an error. So look at the two ages: `late` is set
  when either is over 30 minutes, or when there was no load. Rows are of all tenants.
tenant: all
scope: admin
columns:
  view: View that loads it, which `POST /v1/admin/jobs/{view}` runs
  table: Table that it loads
  watermark: { description: "Up to when it has loaded what arrived: the beginning of the last load that ended well", format: date-time }
  rows: Rows that are stored, also those that newer ones have replaced
  ageSeconds: Time since the watermark
  oldestUpstream: "The table with the oldest watermark of those that it is made of, directly or not; null without one"
  oldestUpstreamAgeSeconds: Time since that watermark; null when there was no load
  late: "Whether either age is over 30 minutes, or unknown"
  running: Whether a load runs now
  nextRunAt: { description: When the next load is due; null while it waits for another, format: date-time }
  error: What went wrong in the last load, null when nothing did
---*/
WITH
    marks AS
    (
        SELECT
            view,
            argMax(watermark, noted_at) AS mark
        FROM etl_watermarks
        GROUP BY view
    ),
    states AS
    (
        SELECT
            view,
            table_name,
            stored_rows,
            upstreams,
            status,
            next_run_at,
            error
        FROM etl_table_state FINAL
        WHERE observed_at >= (SELECT max(observed_at) FROM etl_table_state) - INTERVAL 1 HOUR
    ),
    upstream AS
    (
        SELECT
            each.view AS view,
            argMin(known.table_name, marks.mark) AS oldest,
            min(marks.mark) AS oldestMark
        FROM
        (
            SELECT
                view,
                arrayJoin(upstreams) AS upstream
            FROM states
        ) AS each
        INNER JOIN states AS known ON known.view = each.upstream
        LEFT JOIN marks ON marks.view = each.upstream
        GROUP BY each.view
    )
SELECT
    states.view AS view,
    states.table_name AS table,
    if(marks.mark = 0, NULL, iso_instant(marks.mark, 'UTC')) AS watermark,
    states.stored_rows AS rows,
    if(marks.mark = 0, NULL, greatest(dateDiff('second', marks.mark, {now:DateTime64(3, 'UTC')}), 0)) AS ageSeconds,
    nullIf(upstream.oldest, '') AS oldestUpstream,
    if(upstream.oldestMark = 0, NULL, greatest(dateDiff('second', upstream.oldestMark, {now:DateTime64(3, 'UTC')}), 0)) AS oldestUpstreamAgeSeconds,
    (ifNull(ageSeconds > 1800, true) OR (oldestUpstream IS NOT NULL AND ifNull(oldestUpstreamAgeSeconds > 1800, true)))::Bool AS late,
    states.status = 'Running' AS running,
    if(states.next_run_at = 0, NULL, iso_instant(toDateTime64(states.next_run_at, 3, 'UTC'), 'UTC')) AS nextRunAt,
    nullIf(states.error, '') AS error
FROM states
LEFT JOIN marks ON marks.view = states.view
LEFT JOIN upstream ON upstream.view = states.view
ORDER BY view

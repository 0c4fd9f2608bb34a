/*---
summary: What quality checks came to
description: |
  The last result of each check, or with `history` all results of the range, newest first. A check runs for all tenants; a tenant
  sees what it came to for its own rows. It fails when too large a share of the rows examined is at fault, and when too few rows
  were examined: an empty table never passes. Results are kept for a year, samples of rows at fault for 30 days.
params:
  domain: { description: Only checks of this domain, example: outreach }
  check: { description: Only this check, example: outreach/message-channels }
  tableName: { description: Only checks of this table, example: outreach_events }
  passed: { description: "Only what passed, or only what failed", example: false }
  history: { description: "All results of the range, not the last of each check", default: false }
  startDate: { description: "First day of the history, in UTC; 6 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day of the history, included; today if absent", example: "2026-03-31", replacesNow: true }
page: { size: 100, max: 1000 }
columns:
  check: Name of the check, its file below sql/quality
  summary: What is true of every row when it passes
  table: Table whose score it counts for
  kind: What it looks for
  severity: "`error` or `warning`"
  runAt: When it ran
  passed: Whether it passed
  examined: Rows examined, of this tenant
  failed: Rows at fault among them
  score: Percent of the rows examined that are not at fault; 0 when too few were examined
  reason: Why it failed; empty when it passed
  sample: "The first rows at fault, five at most; texts are cut after 100 characters"
---*/
WITH
    coalesce({endDate:Nullable(Date)}, toDate({now:DateTime64(3, 'UTC')})) AS lastDay,
    coalesce({startDate:Nullable(Date)}, lastDay - 6) AS firstDay,
    latest AS
    (
        SELECT
            check_name,
            max(run_at) AS latest_at
        FROM quality_results
        -- longer than the longest schedule: what has not run since is no check any more
        WHERE tenant_id = {tenantId:String} AND run_at > {now:DateTime64(3, 'UTC')} - INTERVAL 31 DAY
        GROUP BY check_name
    )
SELECT
    check_name::String AS check,
    summary::String AS summary,
    table_name::String AS table,
    kind::String AS kind,
    severity::String AS severity,
    run_at AS runAt,
    passed,
    examined,
    failed,
    score,
    reason,
    sample
FROM quality_results FINAL
WHERE tenant_id = {tenantId:String}
    AND ({domain:Nullable(String)} IS NULL OR domain = {domain:Nullable(String)})
    AND ({check:Nullable(String)} IS NULL OR check_name = {check:Nullable(String)})
    AND ({tableName:Nullable(String)} IS NULL OR table_name = {tableName:Nullable(String)})
    AND ({passed:Nullable(Bool)} IS NULL OR passed = {passed:Nullable(Bool)})
    AND if(
        {history:Bool},
        toDate(run_at) BETWEEN firstDay AND lastDay,
        (check_name, run_at) IN (SELECT check_name, latest_at FROM latest))
ORDER BY
    runAt DESC,
    check,
    run

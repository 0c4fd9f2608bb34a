/*---
summary: Quality scores of tables by day
description: |
  One row per day, in UTC, and table, newest first: the mean of the scores of the table's checks, each by its last result of the
  day. 100 means that no row was at fault.
params:
  domain: { description: Only tables that checks of this domain look at, example: outreach }
  tableName: { description: Only this table, example: outreach_events }
  startDate: { description: "First day; 29 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day, included; today if absent", example: "2026-03-31", replacesNow: true }
page: { size: 100, max: 1000 }
columns:
  score: "0 to 100; a check that examined too few rows counts 0"
  checks: Checks that ran
  failed: Checks that failed
  errors: Those of them whose severity is `error`
---*/
WITH
    coalesce({endDate:Nullable(Date)}, toDate({now:DateTime64(3, 'UTC')})) AS lastDay,
    coalesce({startDate:Nullable(Date)}, lastDay - 29) AS firstDay,
    last AS
    (
        SELECT
            toDate(run_at) AS day,
            table_name,
            check_name,
            argMax((score, passed, severity::String), (run_at, run)) AS result
        FROM quality_results
        WHERE tenant_id = {tenantId:String}
            AND toDate(run_at) BETWEEN firstDay AND lastDay
            -- that of a check whose file is broken is not known
            AND table_name != ''
            AND ({domain:Nullable(String)} IS NULL OR domain = {domain:Nullable(String)})
            AND ({tableName:Nullable(String)} IS NULL OR table_name = {tableName:Nullable(String)})
        GROUP BY
            day,
            table_name,
            check_name
    )
SELECT
    day,
    table_name::String AS table,
    round(avg(result.1), 2) AS score,
    count() AS checks,
    countIf(NOT result.2) AS failed,
    countIf(NOT result.2 AND result.3 = 'error') AS errors
FROM last
GROUP BY
    day,
    table
ORDER BY
    day DESC,
    table

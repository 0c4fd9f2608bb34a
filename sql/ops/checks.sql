/*---
summary: How the quality checks of all tenants stand
description: |
  One row per check that ran within 31 days, by its last run; failures first. `error` says what is wrong with a check that could
  not run. Each tenant's own results are in quality/results.
tenant: all
scope: admin
columns:
  check: Name of the check, its file below sql/quality
  severity: "`error` or `warning`"
  runAt: When it last ran
  passed: Whether it passed for all tenants
  tenants: Tenants who have a result
  failedTenants: Those for whom it failed
  examined: Rows examined
  failed: Rows at fault
  durationMs: How long it took
  error: Why it could not run; null when it did
---*/
WITH (run_at, recorded_at) AS at
SELECT
    check_name::String AS check,
    argMax(quality_runs.severity, at)::String AS severity,
    max(run_at) AS runAt,
    argMax(quality_runs.passed, at) AS passed,
    argMax(quality_runs.tenants, at) AS tenants,
    argMax(failed_tenants, at) AS failedTenants,
    argMax(quality_runs.examined, at) AS examined,
    argMax(quality_runs.failed, at) AS failed,
    argMax(duration_ms, at) AS durationMs,
    nullIf(argMax(quality_runs.error, at), '') AS error
FROM quality_runs
WHERE run_at > {now:DateTime64(3, 'UTC')} - INTERVAL 31 DAY
GROUP BY check
ORDER BY
    passed,
    check

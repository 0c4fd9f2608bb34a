-- How each check's last run ended, how many seconds ago it began, and what it found.
SELECT
    check_name AS check,
    greatest(dateDiff('second', max(run_at), now64(3)), 0) AS ageSeconds,
    argMax(quality_runs.passed, (run_at, recorded_at)) AS passed,
    argMax(failed_tenants, (run_at, recorded_at)) AS failedTenants,
    argMax(failed, (run_at, recorded_at)) AS failedRows
FROM quality_runs
WHERE check_name IN {checks:Array(String)}
GROUP BY check

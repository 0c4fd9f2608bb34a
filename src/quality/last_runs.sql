-- When each check last ran, in milliseconds since 1970.
SELECT
    check_name AS name,
    toUnixTimestamp64Milli(max(run_at)) AS lastRunMs
FROM quality_runs
WHERE check_name IN {names:Array(String)}
GROUP BY name

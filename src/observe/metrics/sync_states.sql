-- How the sync of each source stands: seconds since its last successful run began and what that brought, NULL when there was
-- none, and how many runs have failed since.
SELECT
    sources.source AS source,
    sources.is_running AS isRunning,
    if(runs.succeeded_at != 0, greatest(dateDiff('second', runs.succeeded_at, now64(3)), 0), NULL) AS lagSeconds,
    if(runs.succeeded_at != 0, runs.last_success.1, NULL) AS rows,
    if(runs.succeeded_at != 0, runs.last_success.2, NULL) AS rejected,
    if(runs.succeeded_at != 0, runs.last_success.3, NULL) AS durationMs,
    runs.failures AS failures
FROM
(
    SELECT
        source,
        argMax(is_running, observed_at) AS is_running
    FROM sync_states
    GROUP BY source
) AS sources
LEFT JOIN
(
    SELECT
        source,
        maxIf(started_at, error = '') AS succeeded_at,
        argMaxIf((lines, rejected, duration_ms), started_at, error = '') AS last_success,
        -- by the order of recording: the engine tells of failures to the second
        maxIf(recorded_at, error = '') AS success_recorded_at,
        arrayCount(at -> at > success_recorded_at, groupArrayIf(recorded_at, error != '')) AS failures
    FROM sync_runs
    GROUP BY source
) AS runs ON runs.source = sources.source
ORDER BY source

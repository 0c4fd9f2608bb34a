-- How far each source is behind: seconds since its last successful run began, NULL when there was none.
SELECT
    sources.source AS source,
    if(runs.succeeded_at = 0, NULL, greatest(dateDiff('second', runs.succeeded_at, now64(3)), 0)) AS lagSeconds
FROM
(
    SELECT DISTINCT source
    FROM sync_states
) AS sources
LEFT JOIN
(
    SELECT
        source,
        max(started_at) AS succeeded_at
    FROM sync_runs
    WHERE error = ''
    GROUP BY source
) AS runs ON runs.source = sources.source
ORDER BY source

-- migrate:up
-- Tells each tenant for whom a run brought something that there is something new: once for each run, also when this is
-- interrupted.
CREATE MATERIALIZED VIEW live_events_synced_refresh
REFRESH EVERY 5 SECOND APPEND TO live_events AS
SELECT
    sync_reads.tenant_id AS tenant_id,
    now64(3) AS at,
    'analytics.synced' AS type,
    toJSONString(
        CAST(
            (runs.source, sum(sync_reads.lines), concat(formatDateTime(runs.started_at, '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z')),
            'Tuple(source String, rows UInt64, syncedAt String)')) AS data,
    toString(runs.run) AS cause
FROM
(
    SELECT
        source,
        run,
        min(started_at) AS started_at
    FROM sync_runs
    WHERE error = ''
        AND lines > 0
        AND recorded_at > now() - INTERVAL 1 HOUR
    GROUP BY
        source,
        run
) AS runs
INNER JOIN sync_reads ON sync_reads.source = runs.source AND sync_reads.run = runs.run
WHERE sync_reads.tenant_id != ''
    AND (sync_reads.tenant_id, toString(runs.run)) NOT IN
    (
        SELECT
            tenant_id,
            cause
        FROM live_events
        WHERE type = 'analytics.synced'
    )
GROUP BY
    tenant_id,
    runs.source,
    runs.run,
    runs.started_at
HAVING sum(sync_reads.lines) > 0;

-- migrate:down
DROP VIEW live_events_synced_refresh;

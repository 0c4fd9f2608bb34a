-- migrate:up
-- Tells each tenant for whom a run brought something that there is something new: once for each run, also when this is
-- interrupted. It looks at the runs of the last ten minutes, or of the last hour when the engine has just started, and at what was
-- told of them: with `follow-postgres` there are many more.
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
        AND recorded_at > now() - toIntervalSecond(if(uptime() < 600, 3600, 600))
        AND sync_runs.started_at > now() - INTERVAL 4 HOUR
    GROUP BY
        source,
        run
) AS runs
INNER JOIN
(
    SELECT
        source,
        run,
        tenant_id,
        lines
    FROM sync_reads
    WHERE sync_reads.started_at > now() - INTERVAL 4 HOUR
        AND (source, run) IN
    (
        SELECT
            source,
            run
        FROM sync_runs
        WHERE error = ''
            AND lines > 0
            AND recorded_at > now() - toIntervalSecond(if(uptime() < 600, 3600, 600))
            AND started_at > now() - INTERVAL 4 HOUR
    )
) AS sync_reads ON sync_reads.source = runs.source AND sync_reads.run = runs.run
WHERE sync_reads.tenant_id != ''
    AND (sync_reads.tenant_id, toString(runs.run)) NOT IN
    (
        SELECT
            tenant_id,
            cause
        FROM live_events
        WHERE type = 'analytics.synced'
            AND at > now() - INTERVAL 2 HOUR
    )
GROUP BY
    tenant_id,
    runs.source,
    runs.run,
    runs.started_at
HAVING sum(sync_reads.lines) > 0;

-- migrate:down
DROP VIEW live_events_synced_refresh;

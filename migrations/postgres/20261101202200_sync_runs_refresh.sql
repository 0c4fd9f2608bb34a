-- migrate:up
-- Writes down how runs ended: the engine remembers the latest of each view, and only until it restarts. Without that
-- a run does not count, and the next one reads the same again: so nothing is lost when the engine is killed in between.
-- The engine tells of the last try when it ended, to the second, and of a success how long it took. The reading that
-- belongs to it is the first that began within that, after those that are written down; if one that failed began there
-- before it, that one's horizon is older, and the next run reads more than it has to. A success without a reading is one
-- where even Postgres's sign of life lay before the position: its numbers of transactions have started again.
-- A reading that is not written down was cut off only if it began before the engine did. Runs may follow each other each second, as
-- `follow-postgres` asks for them: of two that ended between two looks the first ended well, or the second has repeated it, and
-- what it brought counts as the second's, which begins at the same position. Only views that ended within the last hour are looked
-- at, whose runs took two hours at most, and so only rows of the last four.
-- The schedule is looked at once, and before the readings: a scalar subquery is evaluated while the query is analysed,
-- ahead of the tables that are joined to it. Where several views run at once a run might otherwise end between the two
-- looks, and seem to be one without a reading, or without rejected lines; and a reading that began after the look belongs
-- to a run that has not ended.
CREATE MATERIALIZED VIEW sync_runs_refresh
REFRESH EVERY 5 SECOND APPEND TO sync_runs AS
WITH
    (
        SELECT
            CAST(
                (now64(3),
                 now() - toIntervalSecond(uptime() + 1),
                 groupArray((
                     extract(view, '^sync_lines_(.*)_refresh$'),
                     status = 'Scheduled' AND exception = '' AND last_success_time IS NOT NULL,
                     toDateTime64(last_refresh_time, 3, 'UTC'),
                     ifNull(last_success_duration_ms, 0),
                     exception))),
                'Tuple(seen_at DateTime64(3, \'UTC\'), engine_started_at DateTime64(3, \'UTC\'),
                       views Array(Tuple(source String, has_succeeded Bool, ended_at Nullable(DateTime64(3, \'UTC\')),
                                         success_ms UInt64, exception String)))')
        FROM system.view_refreshes
        WHERE database = currentDatabase()
            AND startsWith(view, 'sync_lines_')
            -- one that ended longer ago was seen then
            AND ifNull(last_refresh_time > now() - INTERVAL 1 HOUR, false)
    ) AS observation,
    views AS
    (
        SELECT
            view.source AS source,
            view.has_succeeded AS has_succeeded,
            view.ended_at AS ended_at,
            view.success_ms AS success_ms,
            view.exception AS exception
        FROM
        (
            SELECT arrayJoin(observation.views) AS view
        )
    ),
    readings AS
    (
        SELECT
            source,
            run,
            min(sync_reads.started_at) AS begun_at,
            min(sync_reads.horizon) AS position,
            sum(sync_reads.lines) AS lines
        FROM sync_reads
        WHERE sync_reads.started_at > now() - INTERVAL 4 HOUR
        GROUP BY
            source,
            run
        -- those of a backfill have no horizon
        HAVING position > 0
    ),
    recorded AS
    (
        SELECT
            source,
            run,
            started_at,
            error
        FROM sync_runs
        WHERE started_at > now() - INTERVAL 4 HOUR
    ),
    -- those that began within the last success of their source
    candidates AS
    (
        SELECT
            views.source AS source,
            any(views.ended_at) AS ended_at,
            any(views.success_ms) AS success_ms,
            groupArrayIf(
                (
                    readings.begun_at,
                    readings.run,
                    readings.position,
                    readings.lines,
                    (readings.source, readings.run) IN (SELECT source, run FROM recorded WHERE error = '')
                ),
                readings.source != ''
                AND readings.begun_at >= subtractMilliseconds(views.ended_at, views.success_ms + 50)
                AND readings.begun_at < addSeconds(views.ended_at, 1)
                AND readings.begun_at < observation.seen_at) AS found,
            arrayMax(reading -> if(reading.5, reading.1, toDateTime64(0, 3, 'UTC')), found) AS known_until
        FROM views
        LEFT JOIN readings ON readings.source = views.source
        WHERE views.has_succeeded
        GROUP BY views.source
    ),
    successes AS
    (
        SELECT
            source,
            assumeNotNull(ended_at) AS ended_at,
            success_ms,
            notEmpty(found) AS was_read,
            arraySort(arrayFilter(reading -> reading.1 > known_until, found))[1] AS reading
        FROM candidates
        WHERE empty(found)
            OR arrayExists(reading -> reading.1 > known_until, found)
    ),
    ended AS
    (
        SELECT
            source,
            if(was_read, reading.1, ended_at) AS started_at,
            reading.2 AS run,
            success_ms AS duration_ms,
            reading.4 AS lines,
            reading.3 AS position,
            if(was_read, '', 'The numbers of transactions in Postgres have started again: run a backfill') AS error
        FROM successes
        UNION ALL
        SELECT
            source,
            assumeNotNull(ended_at) AS started_at,
            toUUID('00000000-0000-0000-0000-000000000000') AS run,
            0 AS duration_ms,
            0 AS lines,
            0 AS position,
            sync_problem(exception) AS error
        FROM views
        WHERE exception != ''
            AND ended_at IS NOT NULL
        UNION ALL
        SELECT
            readings.source AS source,
            readings.begun_at AS started_at,
            readings.run AS run,
            0 AS duration_ms,
            readings.lines AS lines,
            0 AS position,
            'The run was cut off; the next one has repeated it' AS error
        FROM readings
        INNER JOIN successes ON successes.source = readings.source
        WHERE readings.begun_at < successes.reading.1
            AND readings.begun_at < observation.engine_started_at
            AND (readings.source, readings.run) NOT IN (SELECT source, run FROM recorded)
            AND (readings.source, toStartOfMinute(readings.begun_at)) NOT IN
            (
                SELECT
                    source,
                    arrayJoin([toStartOfMinute(started_at), toStartOfMinute(started_at) - INTERVAL 1 MINUTE])
                FROM recorded
                WHERE error != ''
            )
    )
SELECT
    source,
    started_at,
    run,
    duration_ms,
    lines,
    ifNull(rejections.count, 0) AS rejected,
    position,
    error
FROM ended
LEFT JOIN
(
    SELECT
        request_id,
        count() AS count
    FROM rejected_events
    WHERE source = 'postgres'
        AND request_id IN (SELECT run FROM readings)
    GROUP BY request_id
) AS rejections ON rejections.request_id = run
WHERE (source, run, toDateTime(started_at), error) NOT IN (SELECT source, run, toDateTime(started_at), error FROM recorded);

-- migrate:down
DROP VIEW sync_runs_refresh;

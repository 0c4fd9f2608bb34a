-- migrate:up
-- Computes the changed buckets again, each minute: those in which nothing has changed for a minute, since until then they are
-- read row by row anyway. The clock is read in whole minutes: a bucket that settles while this runs must not be in one part of it
-- and out of another, or it would be said to be computed without its rows.
CREATE MATERIALIZED VIEW ticketing_events_rollup_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND APPEND TO ticketing_events_rollup AS
WITH
    settled AS
    (
        SELECT
            tenant_id,
            granularity,
            bucket
        FROM ticketing_changes
        WHERE stream = 'ticketing_events'
        GROUP BY
            tenant_id,
            granularity,
            bucket
        HAVING max(changed_at) < toStartOfMinute(now()) - INTERVAL 1 MINUTE
            AND max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
    )
SELECT
    tenant_id,
    facet,
    bucket,
    organizer_id,
    show_id,
    country,
    city,
    device,
    browser,
    os,
    event_type,
    sum(group_events) AS events,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM
(
    SELECT
        tenant_id,
        'show' AS facet,
        toStartOfHour(occurred_at) AS bucket,
        organizer_id,
        show_id,
        '' AS country,
        '' AS city,
        '' AS device,
        '' AS browser,
        '' AS os,
        event_type,
        count() AS group_events
    FROM ticketing_events FINAL
    WHERE (tenant_id, toStartOfHour(occurred_at)) IN (SELECT tenant_id, bucket FROM settled WHERE granularity = 'hour')
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        show_id,
        event_type
    UNION ALL
    SELECT
        tenant_id,
        'place' AS facet,
        toStartOfDay(occurred_at) AS bucket,
        organizer_id,
        '' AS show_id,
        country,
        city,
        '' AS device,
        '' AS browser,
        '' AS os,
        event_type,
        count() AS group_events
    FROM ticketing_events FINAL
    WHERE (tenant_id, toStartOfDay(occurred_at)) IN (SELECT tenant_id, bucket FROM settled WHERE granularity = 'day')
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        country,
        city,
        event_type
    UNION ALL
    SELECT
        tenant_id,
        'device' AS facet,
        toStartOfDay(occurred_at) AS bucket,
        organizer_id,
        '' AS show_id,
        '' AS country,
        '' AS city,
        device,
        browser,
        os,
        event_type,
        count() AS group_events
    FROM ticketing_events FINAL
    WHERE (tenant_id, toStartOfDay(occurred_at)) IN (SELECT tenant_id, bucket FROM settled WHERE granularity = 'day')
    GROUP BY
        tenant_id,
        bucket,
        organizer_id,
        device,
        browser,
        os,
        event_type
    UNION ALL
    SELECT
        tenant_id,
        facet,
        bucket,
        organizer_id,
        show_id,
        country,
        city,
        device,
        browser,
        os,
        event_type,
        0
    FROM ticketing_events_rollup
    WHERE (tenant_id, if(facet IN ('show'), 'hour', 'day'), bucket) IN (SELECT tenant_id, granularity, bucket FROM settled)
    UNION ALL
    SELECT
        tenant_id,
        arrayJoin(if(granularity = 'hour', ['show'], ['place', 'device'])) AS facet,
        bucket,
        '',
        '',
        '',
        '',
        '',
        '',
        '',
        '',
        0
    FROM settled
)
GROUP BY
    tenant_id,
    facet,
    bucket,
    organizer_id,
    show_id,
    country,
    city,
    device,
    browser,
    os,
    event_type;

-- migrate:down
DROP VIEW ticketing_events_rollup_refresh;

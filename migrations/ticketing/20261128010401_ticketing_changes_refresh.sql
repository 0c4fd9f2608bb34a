-- migrate:up
-- Notes which buckets the rollups hold, once their rows are there: after each run of the views that fill them. A bucket that is not
-- noted, as when the server was stopped in between, is computed again. One that is noted is not noted again for ten minutes: each
-- time, what is cached of it would count as changed.
CREATE MATERIALIZED VIEW ticketing_changes_refresh
REFRESH EVERY 1 MINUTE OFFSET 30 SECOND DEPENDS ON ticketing_events_rollup_refresh, ticketing_sales_rollup_refresh APPEND TO ticketing_changes AS
SELECT
    tenant_id,
    stream,
    granularity,
    bucket,
    max(computed_at) AS rolled_at
FROM
(
    SELECT
        tenant_id,
        'ticketing_events' AS stream,
        if(facet = 'show', 'hour', 'day') AS granularity,
        bucket,
        computed_at
    FROM ticketing_events_rollup
    WHERE computed_at > now() - INTERVAL 10 MINUTE
    UNION ALL
    SELECT
        tenant_id,
        'ticketing_sales' AS stream,
        if(facet IN ('show', 'channel'), 'hour', 'day') AS granularity,
        bucket,
        computed_at
    FROM ticketing_sales_rollup
    WHERE computed_at > now() - INTERVAL 10 MINUTE
)
GROUP BY
    tenant_id,
    stream,
    granularity,
    bucket
HAVING (tenant_id, stream, granularity, bucket, max(computed_at)) NOT IN
(
    SELECT
        tenant_id,
        stream,
        granularity,
        bucket,
        ticketing_changes.rolled_at
    FROM ticketing_changes
    WHERE ticketing_changes.rolled_at > now() - INTERVAL 11 MINUTE
);

-- migrate:down
DROP VIEW ticketing_changes_refresh;

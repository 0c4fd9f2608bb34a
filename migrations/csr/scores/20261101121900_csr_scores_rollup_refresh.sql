-- migrate:up
-- Computes the changed buckets again, each minute: those in which nothing has changed for a minute, since until then they
-- are read score by score anyway. Days are summed up once, for all three granularities.
-- The clock is read in whole minutes: a bucket that settles while this runs must not be in one part of it and out of
-- another, or it would be said to be computed without its scores.
CREATE MATERIALIZED VIEW csr_scores_rollup_refresh
REFRESH EVERY 1 MINUTE APPEND TO csr_scores_rollup AS
WITH
    settled AS
    (
        SELECT
            tenant_id,
            granularity,
            dimension,
            bucket
        FROM csr_score_changes
        GROUP BY
            tenant_id,
            granularity,
            dimension,
            bucket
        HAVING max(changed_at) < toStartOfMinute(now()) - INTERVAL 1 MINUTE
            AND max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
    ),
    days AS
    (
        SELECT
            tenant_id,
            dimension,
            day,
            program_id,
            location,
            demographic,
            count() AS scores,
            sum(score) AS score_sum,
            sum(score * score) AS score_squares,
            min(score) AS score_min,
            max(score) AS score_max
        FROM csr_scores FINAL
        WHERE (tenant_id, dimension, day) IN
        (
            SELECT DISTINCT
                tenant_id,
                dimension,
                bucket + arrayJoin(range(toUInt16(csr_bucket_end(bucket, granularity) - bucket)))
            FROM settled
        )
        GROUP BY
            tenant_id,
            dimension,
            day,
            program_id,
            location,
            demographic
    )
SELECT
    tenant_id,
    granularity,
    dimension,
    bucket,
    program_id,
    location,
    demographic,
    sum(group_scores) AS scores,
    sum(group_sum) AS score_sum,
    sum(group_squares) AS score_squares,
    min(group_min) AS score_min,
    max(group_max) AS score_max,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM
(
    SELECT
        tenant_id,
        granularity,
        dimension,
        csr_bucket(day, granularity) AS bucket,
        program_id,
        location,
        demographic,
        scores AS group_scores,
        score_sum AS group_sum,
        score_squares AS group_squares,
        score_min AS group_min,
        score_max AS group_max
    FROM days
    ARRAY JOIN ['day', 'week', 'month'] AS granularity
    WHERE (tenant_id, granularity, dimension, bucket) IN (SELECT tenant_id, granularity, dimension, bucket FROM settled)
    UNION ALL
    SELECT
        tenant_id,
        granularity,
        dimension,
        bucket,
        program_id,
        location,
        demographic,
        0,
        0,
        0,
        1,
        0
    FROM csr_scores_rollup
    WHERE (tenant_id, granularity, dimension, bucket) IN (SELECT tenant_id, granularity, dimension, bucket FROM settled)
    UNION ALL
    SELECT
        tenant_id,
        granularity,
        dimension,
        bucket,
        '',
        '',
        '',
        0,
        0,
        0,
        1,
        0
    FROM settled
)
GROUP BY
    tenant_id,
    granularity,
    dimension,
    bucket,
    program_id,
    location,
    demographic;

-- migrate:down
DROP VIEW csr_scores_rollup_refresh;

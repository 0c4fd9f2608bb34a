/*---
summary: The rollup of scores comes to what its scores come to
description: |
  Of the last 30 days, where nothing has changed for ten minutes and the rollup says to hold the day: until then the scores
  themselves are read. Where they differ, the endpoints answer wrong numbers until the day changes again.
table: csr_scores_rollup
kind: balance
schedule: 1h
---*/
WITH
    settled AS
    (
        SELECT
            tenant_id,
            dimension,
            bucket
        FROM csr_score_changes
        WHERE granularity = 'day' AND bucket >= toDate({now:DateTime64(3, 'UTC')}) - 30
        GROUP BY
            tenant_id,
            dimension,
            bucket
        HAVING max(changed_at) < {now:DateTime64(3, 'UTC')} - INTERVAL 10 MINUTE
            AND max(rolled_at) > max(changed_at) + INTERVAL 1 MINUTE
    ),
    -- one row is a day of a dimension, in the scores and in the rollup
    examined AS
    (
        SELECT
            tenant_id,
            dimension,
            day,
            sum(source_scores) AS scores,
            sum(rolled_scores) AS rolledScores,
            sum(source_sum) AS scoreSum,
            sum(rolled_sum) AS rolledSum
        FROM
        (
            SELECT
                tenant_id,
                dimension,
                day,
                1 AS source_scores,
                score AS source_sum,
                0 AS rolled_scores,
                0. AS rolled_sum
            FROM csr_scores FINAL
            WHERE day >= toDate({now:DateTime64(3, 'UTC')}) - 30
            UNION ALL
            SELECT
                tenant_id,
                dimension,
                bucket,
                0,
                0.,
                scores,
                score_sum
            FROM csr_scores_rollup FINAL
            WHERE granularity = 'day' AND bucket >= toDate({now:DateTime64(3, 'UTC')}) - 30
        )
        GROUP BY
            tenant_id,
            dimension,
            day
    )
SELECT
    tenant_id,
    dimension,
    day,
    scores,
    rolledScores,
    scoreSum,
    rolledSum
FROM examined
WHERE (scores != rolledScores OR abs(scoreSum - rolledSum) > 0.000001 * greatest(1, abs(scoreSum)))
    AND (tenant_id, dimension, day) IN (SELECT tenant_id, dimension, bucket FROM settled)
ORDER BY
    day,
    dimension

-- migrate:up
-- As before, but a bucket that is noted is not noted again for ten minutes: each time, what is cached of it counted as changed.
ALTER TABLE csr_scores_marking MODIFY QUERY
SELECT
    tenant_id,
    granularity,
    dimension,
    bucket,
    max(computed_at) AS rolled_at
FROM csr_scores_rollup
WHERE computed_at > now() - INTERVAL 10 MINUTE
GROUP BY
    tenant_id,
    granularity,
    dimension,
    bucket
HAVING (tenant_id, granularity, dimension, bucket, max(computed_at)) NOT IN
(
    SELECT
        tenant_id,
        granularity,
        dimension,
        bucket,
        csr_score_changes.rolled_at
    FROM csr_score_changes
    WHERE csr_score_changes.rolled_at > now() - INTERVAL 11 MINUTE
);

-- migrate:down
ALTER TABLE csr_scores_marking MODIFY QUERY
SELECT
    tenant_id,
    granularity,
    dimension,
    bucket,
    max(computed_at) AS rolled_at
FROM csr_scores_rollup
WHERE computed_at > now() - INTERVAL 10 MINUTE
GROUP BY
    tenant_id,
    granularity,
    dimension,
    bucket;

-- migrate:up
-- Notes which buckets csr_scores_rollup holds, once their rows are there: after each run of csr_scores_rollup_refresh. A
-- bucket that is not noted, as when the server was stopped in between, is computed again. One that is noted is not noted
-- again for ten minutes: each time, what is cached of it would count as changed.
CREATE MATERIALIZED VIEW csr_score_changes_refresh
REFRESH EVERY 1 MINUTE DEPENDS ON csr_scores_rollup_refresh APPEND TO csr_score_changes AS
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
DROP VIEW csr_score_changes_refresh;

-- migrate:up
-- Notes which buckets csr_scores_rollup holds, once their rows are there: after each run of csr_scores_rolling. A bucket
-- that is not noted, as when the server was stopped in between, is computed again.
CREATE MATERIALIZED VIEW csr_scores_marking
REFRESH EVERY 1 MINUTE DEPENDS ON csr_scores_rolling APPEND TO csr_score_changes AS
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

-- migrate:down
DROP VIEW csr_scores_marking;

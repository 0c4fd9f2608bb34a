-- migrate:up
-- Notes in which days, weeks and months scores have changed: rows that came, and the deleted ones that cover old places.
-- It reads with its owner's rights: a sender of rows may not read csr_scores.
CREATE MATERIALIZED VIEW csr_score_changes_mv TO csr_score_changes
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    tenant_id,
    granularity,
    dimension,
    csr_bucket(day, granularity) AS bucket,
    now64(3) AS changed_at
FROM
(
    SELECT DISTINCT
        tenant_id,
        dimension,
        day
    FROM csr_scores
)
ARRAY JOIN ['day', 'week', 'month'] AS granularity
GROUP BY
    tenant_id,
    granularity,
    dimension,
    bucket;

-- migrate:down
DROP VIEW csr_score_changes_mv;

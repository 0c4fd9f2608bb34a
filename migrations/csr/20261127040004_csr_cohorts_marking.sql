-- migrate:up
-- As before, but a cohort that is noted is not noted again, as in csr_scores_marking.
ALTER TABLE csr_cohorts_marking MODIFY QUERY
SELECT
    tenant_id,
    cohort_id,
    max(computed_at) AS rolled_at
FROM csr_cohort_metrics
WHERE computed_at > now() - INTERVAL 10 MINUTE
    AND metric = ''
GROUP BY
    tenant_id,
    cohort_id
HAVING (tenant_id, cohort_id, max(computed_at)) NOT IN
(
    SELECT
        tenant_id,
        cohort_id,
        csr_cohort_changes.rolled_at
    FROM csr_cohort_changes
    WHERE csr_cohort_changes.rolled_at > now() - INTERVAL 11 MINUTE
);

-- migrate:down
ALTER TABLE csr_cohorts_marking MODIFY QUERY
SELECT
    tenant_id,
    cohort_id,
    max(computed_at) AS rolled_at
FROM csr_cohort_metrics
WHERE computed_at > now() - INTERVAL 10 MINUTE
    AND metric = ''
GROUP BY
    tenant_id,
    cohort_id;

-- migrate:up
-- Notes of which cohorts csr_cohort_metrics holds the members, once the rows are there: after each run of
-- csr_cohort_metrics_refresh. A cohort that is noted is not noted again, as in csr_score_changes_refresh.
CREATE MATERIALIZED VIEW csr_cohort_changes_refresh
REFRESH EVERY 1 MINUTE DEPENDS ON csr_cohort_metrics_refresh APPEND TO csr_cohort_changes AS
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
DROP VIEW csr_cohort_changes_refresh;

-- migrate:up
-- Notes of which cohorts csr_cohort_metrics holds the members, once the rows are there: after each run of
-- csr_cohort_metrics_rolling.
CREATE MATERIALIZED VIEW csr_cohorts_marking
REFRESH EVERY 1 MINUTE DEPENDS ON csr_cohort_metrics_rolling APPEND TO csr_cohort_changes AS
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

-- migrate:down
DROP VIEW csr_cohorts_marking;

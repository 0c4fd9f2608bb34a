-- migrate:up
-- Notes which days csr_cohort_metrics holds, once their rows are there: after each run of csr_cohort_metrics_rolling.
CREATE MATERIALIZED VIEW csr_cohort_days_marking
REFRESH EVERY 1 MINUTE DEPENDS ON csr_cohort_metrics_rolling APPEND TO csr_metric_changes AS
SELECT
    tenant_id,
    metric,
    day,
    max(computed_at) AS cohorts_rolled_at
FROM csr_cohort_metrics
WHERE computed_at > now() - INTERVAL 10 MINUTE
    AND cohort_id = toUUID('00000000-0000-0000-0000-000000000000')
GROUP BY
    tenant_id,
    metric,
    day;

-- migrate:down
DROP VIEW csr_cohort_days_marking;

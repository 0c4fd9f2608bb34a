-- migrate:up
-- Notes which days csr_cohort_metrics holds, once their rows are there: after each run of csr_cohort_metrics_refresh. A day
-- that is noted is not noted again, as in csr_score_changes_refresh.
CREATE MATERIALIZED VIEW csr_metric_changes_cohorts_refresh
REFRESH EVERY 1 MINUTE DEPENDS ON csr_cohort_metrics_refresh APPEND TO csr_metric_changes AS
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
    day
HAVING (tenant_id, metric, day, max(computed_at)) NOT IN
(
    SELECT
        tenant_id,
        metric,
        day,
        csr_metric_changes.cohorts_rolled_at
    FROM csr_metric_changes
    WHERE csr_metric_changes.cohorts_rolled_at > now() - INTERVAL 11 MINUTE
);

-- migrate:down
DROP VIEW csr_metric_changes_cohorts_refresh;

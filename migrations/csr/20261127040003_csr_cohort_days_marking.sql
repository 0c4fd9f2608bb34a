-- migrate:up
-- As before, but a day that is noted is not noted again, as in csr_scores_marking.
ALTER TABLE csr_cohort_days_marking MODIFY QUERY
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
ALTER TABLE csr_cohort_days_marking MODIFY QUERY
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

-- migrate:up
-- As before, but a day that is noted is not noted again, as in csr_scores_marking.
ALTER TABLE csr_metrics_marking MODIFY QUERY
SELECT
    tenant_id,
    metric,
    toDate(hour) AS day,
    max(computed_at) AS hours_rolled_at
FROM csr_metrics_hourly
WHERE computed_at > now() - INTERVAL 10 MINUTE
GROUP BY
    tenant_id,
    metric,
    day
HAVING (tenant_id, metric, day, max(computed_at)) NOT IN
(
    SELECT
        tenant_id,
        metric,
        csr_metric_changes.day,
        csr_metric_changes.hours_rolled_at
    FROM csr_metric_changes
    WHERE csr_metric_changes.hours_rolled_at > now() - INTERVAL 11 MINUTE
);

-- migrate:down
ALTER TABLE csr_metrics_marking MODIFY QUERY
SELECT
    tenant_id,
    metric,
    toDate(hour) AS day,
    max(computed_at) AS hours_rolled_at
FROM csr_metrics_hourly
WHERE computed_at > now() - INTERVAL 10 MINUTE
GROUP BY
    tenant_id,
    metric,
    day;

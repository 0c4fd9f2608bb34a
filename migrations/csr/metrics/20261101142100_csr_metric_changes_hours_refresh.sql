-- migrate:up
-- Notes which days csr_metrics_hourly holds, once their rows are there: after each run of csr_metrics_hourly_refresh. A day
-- that is not noted, as when the server was stopped in between, is computed again. One that is noted is not noted again,
-- as in csr_score_changes_refresh.
CREATE MATERIALIZED VIEW csr_metric_changes_hours_refresh
REFRESH EVERY 1 MINUTE DEPENDS ON csr_metrics_hourly_refresh APPEND TO csr_metric_changes AS
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
DROP VIEW csr_metric_changes_hours_refresh;

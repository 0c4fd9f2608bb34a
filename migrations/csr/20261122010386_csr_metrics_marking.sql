-- migrate:up
-- Notes which days csr_metrics_hourly holds, once their rows are there: after each run of csr_metrics_rolling. A day that is
-- not noted, as when the server was stopped in between, is computed again.
CREATE MATERIALIZED VIEW csr_metrics_marking
REFRESH EVERY 1 MINUTE DEPENDS ON csr_metrics_rolling APPEND TO csr_metric_changes AS
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

-- migrate:down
DROP VIEW csr_metrics_marking;

-- migrate:up
-- Days of values that were there before csr_metrics_changing: queries know days by csr_metric_changes alone.
INSERT INTO csr_metric_changes (tenant_id, metric, day, changed_at)
SELECT DISTINCT
    tenant_id,
    metric,
    day,
    now64(3)
FROM csr_metrics;

-- migrate:down
-- What it noted goes with the table.
SELECT 1;

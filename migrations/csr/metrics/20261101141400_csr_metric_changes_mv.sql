-- migrate:up
-- Notes on which days values of a metric have changed: rows that came, and the deleted ones that cover old places.
-- It reads with its owner's rights: a sender of rows may not read csr_metrics.
CREATE MATERIALIZED VIEW csr_metric_changes_mv TO csr_metric_changes
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    tenant_id,
    metric,
    day,
    now64(3) AS changed_at
FROM csr_metrics
GROUP BY
    tenant_id,
    metric,
    day;

-- migrate:down
DROP VIEW csr_metric_changes_mv;

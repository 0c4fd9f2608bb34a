-- migrate:up
-- Keeps the parsed lines that are good. A deletion without a place of its own is
-- left to csr_metrics_moved_mv, which knows where the row is.
CREATE MATERIALIZED VIEW csr_metrics_mv TO csr_metrics AS
SELECT
    tenant_id,
    id,
    metric,
    day,
    user_id,
    value,
    period_start,
    updated_at,
    deleted
FROM csr_metrics_parsed
WHERE reason = ''
    AND metric != '';

-- migrate:down
DROP VIEW csr_metrics_mv;

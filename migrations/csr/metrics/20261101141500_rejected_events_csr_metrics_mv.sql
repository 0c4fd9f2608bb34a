-- migrate:up
-- Keeps the parsed lines that are not good, as dead letters with the reason.
CREATE MATERIALIZED VIEW rejected_events_csr_metrics_mv TO rejected_events AS
SELECT
    tenant_id,
    'csr_metrics' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM csr_metrics_parsed
WHERE reason != '';

-- migrate:down
DROP VIEW rejected_events_csr_metrics_mv;

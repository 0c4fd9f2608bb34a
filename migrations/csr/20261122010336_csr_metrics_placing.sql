-- migrate:up
-- Notes where each version lies, for csr_metrics_moving.
CREATE MATERIALIZED VIEW csr_metrics_placing TO csr_places AS
SELECT
    tenant_id,
    'csr_metrics' AS kind,
    id,
    metric AS name,
    day,
    (updated_at, now64(3))::Tuple(updated_at DateTime64(6, 'UTC'), seen_at DateTime64(3, 'UTC')) AS latest,
    latest.seen_at AS seen_at
FROM csr_metrics_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW csr_metrics_placing;

-- migrate:up
-- Notes where each version lies, for csr_metrics_moved_mv.
CREATE MATERIALIZED VIEW csr_places_metrics_mv TO csr_places AS
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
DROP VIEW csr_places_metrics_mv;

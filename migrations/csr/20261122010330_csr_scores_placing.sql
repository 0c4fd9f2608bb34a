-- migrate:up
-- Notes where each version lies, for csr_scores_moving.
CREATE MATERIALIZED VIEW csr_scores_placing TO csr_places AS
SELECT
    tenant_id,
    'csr_scores' AS kind,
    id,
    dimension AS name,
    day,
    (updated_at, now64(3))::Tuple(updated_at DateTime64(6, 'UTC'), seen_at DateTime64(3, 'UTC')) AS latest,
    latest.seen_at AS seen_at
FROM csr_scores_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW csr_scores_placing;

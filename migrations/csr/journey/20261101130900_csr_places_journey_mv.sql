-- migrate:up
-- Notes where each version lies, for csr_journey_moved_mv.
CREATE MATERIALIZED VIEW csr_places_journey_mv TO csr_places AS
SELECT
    tenant_id,
    'csr_journey' AS kind,
    id,
    stage AS name,
    day,
    (updated_at, now64(3))::Tuple(updated_at DateTime64(6, 'UTC'), seen_at DateTime64(3, 'UTC')) AS latest,
    latest.seen_at AS seen_at
FROM csr_journey_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW csr_places_journey_mv;

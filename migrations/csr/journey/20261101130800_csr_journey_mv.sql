-- migrate:up
-- Keeps the parsed lines that are good. A deletion without a place of its own is
-- left to csr_journey_moved_mv, which knows where the row is.
CREATE MATERIALIZED VIEW csr_journey_mv TO csr_journey AS
SELECT
    tenant_id,
    id,
    stage,
    day,
    user_id,
    program_id,
    occurred_at,
    updated_at,
    deleted
FROM csr_journey_parsed
WHERE reason = ''
    AND stage != '';

-- migrate:down
DROP VIEW csr_journey_mv;

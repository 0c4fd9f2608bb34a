-- migrate:up
-- Hands stages of enrolments to their stream.
CREATE MATERIALIZED VIEW csr_journey_landing_mv TO csr_journey_landing AS
SELECT
    tenant_id,
    run AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    'postgres' AS source,
    fault,
    line,
    now64(3) AS received_at
FROM sync_lines
WHERE sync_lines.source = 'program_enrollments'
    AND line != '';

-- migrate:down
DROP VIEW csr_journey_landing_mv;

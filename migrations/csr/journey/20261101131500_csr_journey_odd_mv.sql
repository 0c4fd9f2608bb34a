-- migrate:up
-- Sets the lines aside that are not plain.
CREATE MATERIALIZED VIEW csr_journey_odd_mv TO csr_journey_odd AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM csr_journey_landing
WHERE NOT plain;

-- migrate:down
DROP VIEW csr_journey_odd_mv;

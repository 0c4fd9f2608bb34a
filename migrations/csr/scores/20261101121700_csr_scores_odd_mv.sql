-- migrate:up
-- Sets the lines aside that are not plain.
CREATE MATERIALIZED VIEW csr_scores_odd_mv TO csr_scores_odd AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM csr_scores_landing
WHERE NOT plain;

-- migrate:down
DROP VIEW csr_scores_odd_mv;

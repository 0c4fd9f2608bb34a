-- migrate:up
-- Keeps the parsed lines that are good. A deletion without a place of its own is
-- left to csr_scores_moved_mv, which knows where the row is.
CREATE MATERIALIZED VIEW csr_scores_mv TO csr_scores AS
SELECT
    tenant_id,
    id,
    dimension,
    day,
    user_id,
    program_id,
    location,
    demographic,
    text_type,
    score,
    created_at,
    updated_at,
    deleted
FROM csr_scores_parsed
WHERE reason = ''
    AND dimension != '';

-- migrate:down
DROP VIEW csr_scores_mv;

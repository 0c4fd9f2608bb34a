-- migrate:up
-- Plain lines are their own JSON.
CREATE MATERIALIZED VIEW csr_scores_json_plain_mv TO csr_scores_json AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM csr_scores_landing
WHERE plain;

-- migrate:down
DROP VIEW csr_scores_json_plain_mv;

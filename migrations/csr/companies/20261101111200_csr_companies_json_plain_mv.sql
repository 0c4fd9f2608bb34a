-- migrate:up
-- Plain lines are their own JSON.
CREATE MATERIALIZED VIEW csr_companies_json_plain_mv TO csr_companies_json AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM csr_companies_landing
WHERE plain;

-- migrate:down
DROP VIEW csr_companies_json_plain_mv;

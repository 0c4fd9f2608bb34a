-- migrate:up
-- Keeps the parsed lines that are good.
CREATE MATERIALIZED VIEW csr_companies_mv TO csr_companies AS
SELECT
    tenant_id,
    name,
    industry,
    region,
    employees,
    size_band,
    updated_at,
    deleted
FROM csr_companies_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW csr_companies_mv;

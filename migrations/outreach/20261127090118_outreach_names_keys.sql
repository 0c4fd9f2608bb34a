-- migrate:up
-- Strings, as all that tenants name: see csr_benchmarks_strings.
ALTER TABLE outreach_names
    MODIFY COLUMN tenant_id String

-- migrate:down
ALTER TABLE outreach_names
    MODIFY COLUMN tenant_id LowCardinality(String)

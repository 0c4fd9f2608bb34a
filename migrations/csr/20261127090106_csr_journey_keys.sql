-- migrate:up
-- Strings, as all that tenants name: see csr_benchmarks_strings.
ALTER TABLE csr_journey
    MODIFY COLUMN tenant_id String,
    MODIFY COLUMN stage String

-- migrate:down
ALTER TABLE csr_journey
    MODIFY COLUMN tenant_id LowCardinality(String),
    MODIFY COLUMN stage LowCardinality(String)

-- migrate:up
-- Strings, as all that tenants name: see csr_benchmarks_strings.
ALTER TABLE csr_places
    MODIFY COLUMN tenant_id String

-- migrate:down
ALTER TABLE csr_places
    MODIFY COLUMN tenant_id LowCardinality(String)

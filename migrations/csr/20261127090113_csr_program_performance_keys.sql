-- migrate:up
-- Strings, as all that tenants name: see csr_benchmarks_strings.
ALTER TABLE csr_program_performance
    MODIFY COLUMN tenant_id String,
    MODIFY COLUMN dimension String

-- migrate:down
ALTER TABLE csr_program_performance
    MODIFY COLUMN tenant_id LowCardinality(String),
    MODIFY COLUMN dimension LowCardinality(String)

-- migrate:up
-- Strings, as all that tenants name: see csr_benchmarks_strings.
ALTER TABLE csr_metric_changes
    MODIFY COLUMN tenant_id String,
    MODIFY COLUMN metric String

-- migrate:down
ALTER TABLE csr_metric_changes
    MODIFY COLUMN tenant_id LowCardinality(String),
    MODIFY COLUMN metric LowCardinality(String)

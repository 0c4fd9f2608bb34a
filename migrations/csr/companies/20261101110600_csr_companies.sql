-- migrate:up
-- One row is what one tenant, a company, is: its industry, region and size. The latest updated_at wins, whatever the
-- order of delivery, so read it with FINAL; a deleted company is a row too, which FINAL hides. ORDER BY: there is one
-- row of a tenant. No partitions: there are few. Rows live for ever.
-- Text that nobody gave is '', and employees 0.
CREATE TABLE csr_companies
(
    tenant_id String,
    name String,
    industry String,
    region String,
    employees UInt32,
    size_band LowCardinality(String),
    updated_at DateTime64(6, 'UTC'),
    deleted Bool
)
ENGINE = ReplacingMergeTree(updated_at, deleted)
ORDER BY tenant_id
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE csr_companies;

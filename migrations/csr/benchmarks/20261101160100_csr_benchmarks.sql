-- migrate:up
-- One row is what one company (tenant_id) may know of one of its groups (kind: industry, region, size) on a dimension: the
-- industry, region and size benchmarks. Each company counts once, with the mean of all its scores. The view
-- csr_benchmarks_refresh writes all rows again every five minutes.
-- What a company may know is decided there and not in queries, which read nothing but their tenant's rows, so that no query
-- can tell more. There are no slices to subtract: a group has all its scores of all times, whatever a query filters.
-- ORDER BY: a query asks for one kind and dimension. No partitions: there are few rows.
CREATE TABLE csr_benchmarks
(
    tenant_id String,
    kind LowCardinality(String),
    dimension String,
    group_name String,
    withheld Bool,
    companies Nullable(UInt32) COMMENT 'With the company itself, if it has scores',
    mean Nullable(Float64),
    median Nullable(Float64),
    others_mean Nullable(Float64) COMMENT 'Without the company itself',
    others_median Nullable(Float64),
    others Nullable(UInt32) COMMENT 'Companies without the company itself',
    computed_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, kind, dimension);

-- migrate:down
DROP TABLE csr_benchmarks;

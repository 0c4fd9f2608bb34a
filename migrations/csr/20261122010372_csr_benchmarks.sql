-- migrate:up
-- One row is what one company (tenant_id) may know of one of its groups (kind: industry, region, size) on a dimension: the
-- industry, region and size benchmarks. Each company counts once, with the mean of all its scores. The view
-- csr_benchmarking writes all rows anew each minute.
-- What a company may know is decided here and not in queries, which read nothing but their tenant's rows, so that no query
-- can tell more. A row is withheld, and its numbers are NULL,
--   - when fewer than 5 companies beside the company itself have scores: it knows its own, so a mean of five with its own is
--     a mean of four others. Therefore the answers with and without the company itself are withheld together;
--   - when another of its groups lies within the group, or the group in it, and 1 to 4 companies make the difference: their
--     mean would be a subtraction. Of the two, industry is shown before region and region before size.
-- There are no slices to subtract: a group has all its scores of all times, whatever a query filters.
-- ORDER BY: a query asks for one kind and dimension. No partitions: there are few rows.
CREATE TABLE csr_benchmarks
(
    tenant_id LowCardinality(String),
    kind LowCardinality(String),
    dimension LowCardinality(String),
    group_name LowCardinality(String),
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

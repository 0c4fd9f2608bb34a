-- migrate:up
-- One row is a language group of one company on a dimension: its users and their scores. A user's group is the band of the
-- latest lang_level_proxy score: beginner below 0.4, intermediate below 0.7, advanced. The view csr_language_groups_refresh
-- writes all rows again every 15 minutes. ORDER BY: a tenant's groups are read at once. No partitions: there are few rows.
CREATE TABLE csr_language_groups
(
    tenant_id String,
    language_group String,
    dimension String,
    users UInt64,
    scores UInt64,
    mean Float64,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, language_group, dimension);

-- migrate:down
DROP TABLE csr_language_groups;

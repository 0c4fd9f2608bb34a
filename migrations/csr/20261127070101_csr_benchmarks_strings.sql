-- migrate:up
-- What tenants name themselves is no LowCardinality: its dictionary is shared by all rows of a part, and functions run over
-- the whole of it, so that one which fails for another tenant's value tells that it is there.
ALTER TABLE csr_benchmarks MODIFY COLUMN group_name String

-- migrate:down
ALTER TABLE csr_benchmarks MODIFY COLUMN group_name LowCardinality(String)

-- migrate:up
-- One row is a programme of one company on a dimension, with its scores, and under the empty dimension its users: those who
-- ever enrolled and, of these, completed. The view csr_program_performance_refresh writes all rows again every 15 minutes.
-- ORDER BY: a tenant's programmes are read at once. No partitions: there are few rows.
CREATE TABLE csr_program_performance
(
    tenant_id String,
    program_id String,
    dimension String,
    users UInt64,
    completed UInt64,
    scores UInt64,
    mean Float64,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, program_id, dimension);

-- migrate:down
DROP TABLE csr_program_performance;

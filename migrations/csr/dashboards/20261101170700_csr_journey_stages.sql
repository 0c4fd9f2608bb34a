-- migrate:up
-- One row is a stage of a programme of one company: how many users ever came to it, and for how many it is the latest. The
-- view csr_journey_stages_refresh writes all rows again every 15 minutes. ORDER BY: a tenant's stages are read at once. No
-- partitions: there are few rows.
CREATE TABLE csr_journey_stages
(
    tenant_id String,
    program_id String,
    stage String,
    reached UInt64,
    current UInt64,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, program_id, stage);

-- migrate:down
DROP TABLE csr_journey_stages;

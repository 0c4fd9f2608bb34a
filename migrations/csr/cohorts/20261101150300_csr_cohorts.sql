-- migrate:up
-- One row is a state of a cohort: a group of users that the tenant named. The highest version of a cohort holds, and a
-- cohort whose last state is deleted is hidden by FINAL; of equal versions, the one stored last holds. Versions are
-- csr_next_version, so that writers whose clocks differ, the endpoints and the load from Postgres, follow each other.
-- ORDER BY: cohorts are looked up by tenant and id. No partitions: there are few rows. They never expire.
-- Of endpoints, only those of the domain `cohorts` may write here.
CREATE TABLE csr_cohorts
(
    tenant_id String,
    cohort_id UUID,
    name String,
    description String,
    filters String DEFAULT '{}' COMMENT 'A JSON object that says how the members were chosen; kept and answered, not applied',
    created_at DateTime64(3, 'UTC'),
    updated_at DateTime64(3, 'UTC'),
    version UInt64,
    deleted UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (tenant_id, cohort_id)
COMMENT 'writers: cohorts';

-- migrate:down
DROP TABLE csr_cohorts;

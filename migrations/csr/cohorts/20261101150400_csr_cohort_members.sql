-- migrate:up
-- One row is a user's joining or leaving of a cohort; the highest version of a membership holds, as in csr_cohorts.
-- Members of a deleted cohort stay, and nothing shows them. ORDER BY: the members of one cohort lie together, which is
-- how they are read. A user who joins brings the metrics of all time along, and one who leaves takes them away, so a
-- membership counts at once only where queries join it to csr_metrics; what csr_cohort_metrics holds of a cohort, it holds
-- as of an instant. No partitions, and no end, as of the cohorts.
-- Of endpoints, only those of the domain `cohorts` may write here.
CREATE TABLE csr_cohort_members
(
    tenant_id String,
    cohort_id UUID,
    user_id String,
    added_at DateTime64(3, 'UTC'),
    version UInt64,
    deleted UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (tenant_id, cohort_id, user_id)
COMMENT 'writers: cohorts';

-- migrate:down
DROP TABLE csr_cohort_members;

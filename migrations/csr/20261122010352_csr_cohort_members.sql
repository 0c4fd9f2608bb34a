-- migrate:up
-- One row is a user's joining or leaving of a cohort; the highest version of a membership holds, as in csr_cohorts.
-- Members of a deleted cohort stay, and nothing shows them. ORDER BY: the members of one cohort lie together, which is
-- how they are read. There is no roll-up of metrics by cohort: whoever joins brings the metrics of all time along and
-- whoever leaves takes them away, so that each change would be a new sum over everything; joined to csr_metrics at the
-- time of the question they are right at once. No partitions, and no end, as of the cohorts.
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
ORDER BY (tenant_id, cohort_id, user_id);

-- migrate:down
DROP TABLE csr_cohort_members;

-- migrate:up
-- One row is a cohort that has had members: when somebody last joined or left, and as of when csr_cohort_metrics holds
-- those who are in it. That is up to date when rolled_at is more than a minute after changed_at; else the members are
-- looked at one by one. A change is noted within the statement that stores it, so a query after it sees it.
-- ORDER BY: cohorts are looked up by tenant and id. No partitions: there are few rows. They never expire.
CREATE TABLE csr_cohort_changes
(
    tenant_id String,
    cohort_id UUID,
    changed_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    rolled_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, cohort_id)
SETTINGS non_replicated_deduplication_window = 1000;

-- migrate:down
DROP TABLE csr_cohort_changes;

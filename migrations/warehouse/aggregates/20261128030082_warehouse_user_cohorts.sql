-- migrate:up
-- One row is a month of a cohort: the users whose first purchase was in one month, and how many of them bought in this one. The
-- first row of a cohort, month = cohort_month, has all of them. The view warehouse_user_cohorts_refresh writes all rows again.
-- ORDER BY: a tenant's cohorts are read at once. No partitions: there are few rows.
CREATE TABLE warehouse_user_cohorts
(
    tenant_id String,
    cohort_month Date COMMENT 'First day of the month of the first purchase',
    month Date,
    buyers UInt64,
    orders UInt64,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (tenant_id, cohort_month, month);

-- migrate:down
DROP TABLE warehouse_user_cohorts;

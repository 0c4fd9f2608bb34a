-- migrate:up
-- Cohorts that had members before csr_cohort_members_changing.
INSERT INTO csr_cohort_changes (tenant_id, cohort_id, changed_at)
SELECT DISTINCT
    tenant_id,
    cohort_id,
    now64(3)
FROM csr_cohort_members;

-- migrate:down
-- What it noted goes with the table.
SELECT 1;

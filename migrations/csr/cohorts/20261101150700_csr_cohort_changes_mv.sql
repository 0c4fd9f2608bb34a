-- migrate:up
-- Notes of which cohorts somebody joined or left. It reads with its owner's rights, since a writer of members need not
-- be one of csr_cohort_changes.
CREATE MATERIALIZED VIEW csr_cohort_changes_mv TO csr_cohort_changes
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    tenant_id,
    cohort_id,
    now64(3) AS changed_at
FROM csr_cohort_members
GROUP BY
    tenant_id,
    cohort_id;

-- migrate:down
DROP VIEW csr_cohort_changes_mv;

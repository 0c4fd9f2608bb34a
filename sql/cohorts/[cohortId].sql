/*---
summary: A cohort
returns: object
params:
  cohortId: { description: The cohort }
columns:
  cohortId: The cohort
  name: Its name
  description: What it is
  filters: How its members were chosen
  memberCount: Members at present
  createdAt: When it was made
  updatedAt: When its name, description or filters changed last
---*/
SELECT
    cohort_id AS cohortId,
    name,
    description,
    csr_filters(cohorts.filters) AS filters,
    (
        SELECT count()
        FROM csr_cohort_members FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
    ) AS memberCount,
    created_at AS createdAt,
    updated_at AS updatedAt
FROM csr_cohorts AS cohorts FINAL
WHERE tenant_id = {tenantId:String}
    AND cohort_id = {cohortId:UUID}

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
WITH
    (
        SELECT throwIf(count() = 0, 'not-found: There is no such cohort')
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
    ) AS missing
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
    AND NOT ifNull(missing, 0)

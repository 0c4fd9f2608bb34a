/*---
summary: The tenant's cohorts
description: |
  By name, with the number of their members.

path: cohorts
page: { size: 100, max: 1000 }
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
    members.memberCount AS memberCount,
    created_at AS createdAt,
    updated_at AS updatedAt
FROM csr_cohorts AS cohorts FINAL
LEFT JOIN
(
    SELECT
        cohort_id,
        count() AS memberCount
    FROM csr_cohort_members FINAL
    WHERE tenant_id = {tenantId:String}
    GROUP BY cohort_id
) AS members ON members.cohort_id = cohorts.cohort_id
WHERE tenant_id = {tenantId:String}
ORDER BY
    name,
    cohortId

/*---
summary: The members of a cohort
description: |
  By user id.

page: { size: 100, max: 1000 }
params:
  cohortId: { description: The cohort }
columns:
  userId: The user
  addedAt: When the user was added last
---*/
WITH
    (
        SELECT throwIf(count() = 0, 'not-found: There is no such cohort')
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
    ) AS missing
SELECT
    user_id AS userId,
    added_at AS addedAt
FROM csr_cohort_members FINAL
WHERE tenant_id = {tenantId:String}
    AND cohort_id = {cohortId:UUID}
    AND NOT missing
ORDER BY userId

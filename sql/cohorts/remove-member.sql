/*---
summary: Remove a member from a cohort
method: DELETE
path: cohorts/{cohortId}/members/{userId}
into: csr_cohort_members
returns: none
scope: cohorts:write
params:
  cohortId: { description: The cohort }
  userId: { description: The user, example: user-1 }
---*/
SELECT
    cohort_id,
    user_id,
    added_at,
    csr_next_version(members.version, {now:DateTime64(3, 'UTC')}) AS version,
    1 AS deleted
FROM csr_cohort_members AS members FINAL
WHERE tenant_id = {tenantId:String}
    AND cohort_id = {cohortId:UUID}
    AND user_id = {userId:String}
    AND {cohortId:UUID} IN (
        SELECT cohort_id
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
    )

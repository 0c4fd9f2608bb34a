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
WITH
    (
        SELECT throwIf(count() = 0, 'not-found: There is no such cohort')
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
    ) AS missing,
    (
        SELECT throwIf(count() = 0, 'not-found: There is no such member')
        FROM csr_cohort_members FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
            AND user_id = {userId:String}
            AND NOT ifNull(missing, 0)
    ) AS noMember
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
    AND NOT ifNull(noMember, 0)

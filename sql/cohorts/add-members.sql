/*---
summary: Add members to a cohort
description: |
  Users who are members already stay so. At most 5000 at once, whose ids have 256 bytes each and
  100,000 together: 2,500 UUIDs.

method: POST
path: cohorts/{cohortId}/members
into: csr_cohort_members
returns: none
scope: cohorts:write
params:
  cohortId: { description: The cohort }
  userIds:
    description: The users' ids
    example: [user-1, user-2]
    minItems: 1
    maxItems: 5000
    minLength: 1
    maxLength: 256
---*/
WITH
    (
        SELECT throwIf(count() = 0, 'not-found: There is no such cohort')
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
    ) AS missing,
    (
        SELECT throwIf(arrayExists(id -> length(id) > 256, {userIds:Array(String)}), 'userIds: An id must have at most 256 bytes')
    ) AS tooLong,
    known AS
    (
        SELECT
            user_id,
            max(version) AS version
        FROM csr_cohort_members
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
        GROUP BY user_id
    ),
    adding AS
    (
        SELECT arrayJoin(arrayDistinct({userIds:Array(String)})) AS user_id
    )
SELECT
    {cohortId:UUID} AS cohort_id,
    adding.user_id AS user_id,
    {now:DateTime64(3, 'UTC')} AS added_at,
    csr_next_version(known.version, {now:DateTime64(3, 'UTC')}) AS version
FROM adding
LEFT JOIN known ON known.user_id = adding.user_id
WHERE NOT ifNull(missing, 0)
    AND NOT ifNull(tooLong, 0)

/*---
summary: Change a cohort
description: |
  Replaces the cohort's name, description and filters; its members stay.

method: PUT
path: cohorts/{cohortId}
into: csr_cohorts
returns: none
scope: cohorts:write
params:
  cohortId: { description: The cohort }
  name: { description: "Its name, more than white space", example: Buddies 2026, minLength: 1, maxLength: 200, pattern: "[\\s\\S]*\\S[\\s\\S]*" }
  description: { description: What it is, default: "", maxLength: 2000 }
  filters:
    description: How its members were chosen, as lists of values by name. Kept and answered, not applied
    default: {}
    example: { location: [Oslo, Bergen] }
---*/
WITH
    (
        SELECT throwIf(count() = 0, 'not-found: There is no such cohort')
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
    ) AS missing
SELECT
    cohort_id,
    {name:String} AS name,
    {description:String} AS description,
    toJSONString({filters:Map(String, Array(String))}) AS filters,
    created_at,
    {now:DateTime64(3, 'UTC')} AS updated_at,
    csr_next_version(cohorts.version, {now:DateTime64(3, 'UTC')}) AS version
FROM csr_cohorts AS cohorts FINAL
WHERE tenant_id = {tenantId:String}
    AND cohort_id = {cohortId:UUID}
    AND NOT ifNull(missing, 0)
    AND NOT throwIf(
        {name:String} IN (
            SELECT name
            FROM csr_cohorts FINAL
            WHERE tenant_id = {tenantId:String}
                AND cohort_id != {cohortId:UUID}
        ),
        'conflict: There is a cohort of this name already'
    )

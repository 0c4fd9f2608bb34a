/*---
summary: Make a cohort
description: |
  A cohort is a group of users with a name that no other cohort of the tenant has (409). It begins without members.

method: POST
path: cohorts
into: csr_cohorts
returns: none
scope: cohorts:write
params:
  name: { description: "Its name, more than white space", example: Buddies 2026, minLength: 1, maxLength: 200, pattern: "[\\s\\S]*\\S[\\s\\S]*" }
  description: { description: What it is, default: "", maxLength: 2000 }
  filters:
    description: How its members were chosen, as lists of values by name. Kept and answered, not applied
    default: {}
    example: { location: [Oslo, Bergen] }
---*/
SELECT
    {newId:UUID} AS cohort_id,
    {name:String} AS name,
    {description:String} AS description,
    toJSONString({filters:Map(String, Array(String))}) AS filters,
    {now:DateTime64(3, 'UTC')} AS created_at,
    {now:DateTime64(3, 'UTC')} AS updated_at,
    csr_next_version(0, {now:DateTime64(3, 'UTC')}) AS version
WHERE NOT throwIf(
    {name:String} IN (
        SELECT name
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
    ),
    'conflict: There is a cohort of this name already'
)

/*---
summary: Delete a cohort
method: DELETE
path: cohorts/{cohortId}
into: csr_cohorts
returns: none
scope: cohorts:write
params:
  cohortId: { description: The cohort }
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
    name,
    description,
    filters,
    created_at,
    {now:DateTime64(3, 'UTC')} AS updated_at,
    csr_next_version(cohorts.version, {now:DateTime64(3, 'UTC')}) AS version,
    1 AS deleted
FROM csr_cohorts AS cohorts FINAL
WHERE tenant_id = {tenantId:String}
    AND cohort_id = {cohortId:UUID}
    AND NOT ifNull(missing, 0)

/*---
summary: "Throws where another's cohort is of that name"
method: POST
into: csr_cohorts
returns: none
scope: cohorts:write
---*/
SELECT {newId:UUID} AS cohort_id, 'written' AS name, '' AS description, '{}' AS filters, {now:DateTime64(3, 'UTC')} AS created_at, {now:DateTime64(3, 'UTC')} AS updated_at, 1 AS version
FROM csr_cohorts
PREWHERE throwIf(name = {probe:String}, 'probe: seen') = 0
LIMIT 0

/*---
summary: "Writes another's rows"
method: POST
into: csr_cohorts
returns: none
scope: cohorts:write
---*/
SELECT 'other' AS tenant_id, {newId:UUID} AS cohort_id, {probe:String} AS name, 1 AS version

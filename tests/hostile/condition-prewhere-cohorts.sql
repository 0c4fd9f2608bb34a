/*---
summary: "Throws in PREWHERE over the names of cohorts"
tenant: none
---*/
SELECT count() AS n
FROM csr_cohorts
PREWHERE throwIf(name = {probe:String}, 'probe: seen') = 0

/*---
summary: "Throws in PREWHERE of a table read with FINAL"
tenant: none
---*/
SELECT count() AS n
FROM csr_cohorts FINAL
PREWHERE throwIf(name = {probe:String}, 'probe: seen') = 0

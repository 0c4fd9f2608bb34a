/*---
summary: "Counts cohorts, which needs no column"
tenant: none
---*/
SELECT count() AS n
FROM csr_cohorts

/*---
summary: "Reads companies"
tenant: none
---*/
SELECT countIf(industry = {probe:String}) AS n, count() AS all
FROM csr_companies FINAL

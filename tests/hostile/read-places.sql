/*---
summary: "Reads names of places"
tenant: none
---*/
SELECT countIf(name = {probe:String}) AS n, count() AS all
FROM csr_places

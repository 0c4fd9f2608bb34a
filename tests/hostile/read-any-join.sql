/*---
summary: "Joins what no row of its own matches"
tenant: none
---*/
SELECT b.name AS name
FROM (SELECT {probe:String} AS name) AS a
ANY LEFT JOIN csr_cohorts AS b ON a.name = b.name

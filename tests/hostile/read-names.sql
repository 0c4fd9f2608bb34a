/*---
summary: "Reads names of things"
tenant: none
---*/
SELECT countIf(id = {probe:String}) AS n, count() AS all
FROM outreach_names

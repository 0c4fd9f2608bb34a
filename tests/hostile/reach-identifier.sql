/*---
summary: "Names a table by a parameter"
tenant: none
---*/
SELECT count() AS n
FROM {probe:Identifier}

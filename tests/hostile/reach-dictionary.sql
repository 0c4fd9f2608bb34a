/*---
summary: "Reads a dictionary as a table"
tenant: none
---*/
SELECT 1 AS n
FROM dictionary('x')

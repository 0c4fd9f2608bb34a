/*---
summary: "Calls a CTE like a system table"
tenant: none
---*/
WITH parts AS (SELECT name FROM system.parts)
SELECT name AS id
FROM parts

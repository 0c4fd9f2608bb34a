/*---
summary: "Quotes a system table's name as a typographer does"
tenant: none
---*/
SELECT name AS id
FROM “system”.“parts”

/*---
summary: "Writes a system table's name with escapes"
tenant: none
---*/
SELECT name AS id
FROM "sys\x74em"."par\x74s"

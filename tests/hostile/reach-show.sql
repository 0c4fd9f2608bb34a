/*---
summary: "Reads SHOW TABLES as a table"
tenant: none
---*/
SELECT name
FROM (SHOW TABLES)

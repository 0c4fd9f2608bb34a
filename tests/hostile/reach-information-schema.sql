/*---
summary: "Reads information_schema"
tenant: none
---*/
SELECT table_name AS id
FROM INFORMATION_SCHEMA.TABLES

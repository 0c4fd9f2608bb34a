/*---
summary: "Has a second statement beside it"
tenant: none
---*/
SELECT 1 AS n
PARALLEL WITH
SELECT 2 AS n

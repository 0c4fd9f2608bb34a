/*---
summary: "Reads a table that only operators may"
tenant: none
---*/
SELECT 1 AS n
FROM sync_runs

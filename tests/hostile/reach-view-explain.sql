/*---
summary: "Calls viewExplain() itself"
tenant: none
---*/
SELECT explain AS text
FROM viewExplain('EXPLAIN', '', (SELECT 1))

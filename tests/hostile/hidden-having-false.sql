/*---
summary: "Hides a table after HAVING that is false at load"
tenant: none
---*/
SELECT count() AS n
FROM numbers(1)
HAVING {probe:String} != '' AND (SELECT count() FROM system.users) > 0

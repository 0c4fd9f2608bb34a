/*---
summary: "Hides rand() in LIMIT"
tenant: none
---*/
SELECT number AS n
FROM numbers(9)
ORDER BY n
LIMIT if({probe:String} = '', 1, rand() % 9)

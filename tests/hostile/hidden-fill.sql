/*---
summary: "Hides rand() in WITH FILL"
tenant: none
---*/
SELECT number AS n
FROM numbers(1)
ORDER BY n WITH FILL FROM 0 TO if({probe:String} = '', 1, rand() % 9)

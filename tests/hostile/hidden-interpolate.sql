/*---
summary: "Hides hostName() in INTERPOLATE"
tenant: none
---*/
SELECT number AS n, {probe:String} AS text
FROM numbers(1)
ORDER BY n WITH FILL FROM 0 TO 3 INTERPOLATE (text AS if({probe:String} = '', '', hostName()))

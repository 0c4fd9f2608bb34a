/*---
summary: "Hides hostName() in the frame of a window"
tenant: none
---*/
SELECT sum(number) OVER (ORDER BY number ROWS BETWEEN if({probe:String} = '', 1, length(hostName())) PRECEDING AND CURRENT ROW) AS n
FROM numbers(9)

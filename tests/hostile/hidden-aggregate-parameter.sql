/*---
summary: "Hides hostName() in the parameters of an aggregate function"
tenant: none
---*/
SELECT quantile(if({probe:String} = '', 0.5, length(hostName()) / 100))(number) AS n
FROM numbers(9)

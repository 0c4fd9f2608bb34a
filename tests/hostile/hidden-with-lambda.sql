/*---
summary: "Calls hostName() by a lambda that WITH names"
tenant: none
---*/
WITH (x -> if({probe:String} = '', '', hostName())) AS f
SELECT f(1) AS text

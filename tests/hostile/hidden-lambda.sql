/*---
summary: "Hides hostName() in a lambda of a lambda"
tenant: none
---*/
SELECT arrayMap(x -> arrayMap(y -> if({probe:String} = '', '', hostName()), [x]), [1]) AS names

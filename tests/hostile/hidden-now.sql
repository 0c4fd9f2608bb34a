/*---
summary: "Hides now64()"
tenant: none
---*/
SELECT if({probe:String} = '', '', toString(now64(9))) AS text

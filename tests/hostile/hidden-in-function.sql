/*---
summary: "Calls in() with the name of a table"
tenant: none
---*/
SELECT if({probe:String} = '', 0, in({probe:String}, system.databases)) AS n

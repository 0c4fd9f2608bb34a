/*---
summary: "Has system.tables to the right of IN"
tenant: none
---*/
SELECT if({probe:String} = '', 0, {probe:String} IN system.one) AS n

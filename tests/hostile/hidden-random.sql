/*---
summary: "Hides rand()"
tenant: none
---*/
SELECT if({probe:String} = '', 0, rand()) AS n

/*---
summary: "Hides sleep()"
tenant: none
---*/
SELECT if({probe:String} = '', 0, sleep(3)) AS n

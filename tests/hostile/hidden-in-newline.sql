/*---
summary: "Puts a line's end into the name to the left of IN"
tenant: none
---*/
SELECT if({probe:String} = '', 0, (SELECT max("a
 b" IN system.databases) FROM (SELECT {probe:String} AS "a
 b"))) AS n

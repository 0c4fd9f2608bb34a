/*---
summary: "Reads random rows"
tenant: none
---*/
SELECT x AS n
FROM generateRandom('x UInt8') LIMIT 1

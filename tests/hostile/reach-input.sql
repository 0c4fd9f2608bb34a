/*---
summary: "Reads what was sent with the statement"
tenant: none
---*/
SELECT line
FROM input('line String')

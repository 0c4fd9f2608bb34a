/*---
summary: "Reads text as a table of any format"
tenant: none
---*/
SELECT line
FROM format(LineAsString, 'x')

/*---
summary: "Runs a program"
tenant: none
---*/
SELECT line
FROM executable('cat', 'LineAsString', 'line String')

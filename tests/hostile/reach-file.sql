/*---
summary: "Reads a file as a table"
tenant: none
---*/
SELECT line
FROM file('/etc/passwd', 'LineAsString', 'line String')

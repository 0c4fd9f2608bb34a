/*---
summary: "Reads exactly how much its own requests read, which depends on others' rows"
tenant: none
---*/
SELECT max(rows_read) AS n
FROM gateway_requests

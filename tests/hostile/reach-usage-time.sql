/*---
summary: "Reads exactly how long the engine took"
tenant: none
---*/
SELECT max(clickhouse_ms) AS n
FROM gateway_requests

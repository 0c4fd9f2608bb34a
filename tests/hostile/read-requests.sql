/*---
summary: "Reads requests"
tenant: none
---*/
SELECT countIf(path LIKE concat('%', {probe:String}, '%')) AS n, uniqExact(tenant_id) <= 1 AS alone
FROM gateway_requests

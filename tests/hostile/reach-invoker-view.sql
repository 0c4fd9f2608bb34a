/*---
summary: "Reads a view that passes the tenant's condition by"
tenant: none
---*/
SELECT seen AS id
FROM trial_invoker
ORDER BY id

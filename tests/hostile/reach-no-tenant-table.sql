/*---
summary: "Reads a table of the gateway's own"
tenant: none
---*/
SELECT hash AS id
FROM api_keys

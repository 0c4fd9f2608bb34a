/*---
summary: "Reads a UUID from a name, which fails with the name in the message"
tenant: none
---*/
SELECT count() AS n
FROM csr_cohorts
WHERE toUUID(if(name = {probe:String}, name, '5e9f8d4e-6d0e-4c52-9d3c-0d8c7b7f6a11')) IS NOT NULL

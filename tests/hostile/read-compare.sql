/*---
summary: "Compares tenants, but shows whatever it sees"
tenant: compare
---*/
SELECT entity_id AS id, notEmpty({tenantIds:Array(String)}) AS asked
FROM outreach_events
ORDER BY id

/*---
summary: "Reads all ids"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events
ORDER BY id

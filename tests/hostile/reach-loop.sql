/*---
summary: "Reads a table without end"
tenant: none
---*/
SELECT entity_id AS id
FROM loop('sluice', 'outreach_events')

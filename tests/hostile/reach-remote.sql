/*---
summary: "Reads by remote()"
tenant: none
---*/
SELECT entity_id AS id
FROM remote('127.0.0.1', 'sluice', 'outreach_events')

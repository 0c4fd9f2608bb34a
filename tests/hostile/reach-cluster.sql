/*---
summary: "Reads by cluster()"
tenant: none
---*/
SELECT entity_id AS id
FROM cluster('default', 'sluice', 'outreach_events')

/*---
summary: "Reads by view()"
tenant: none
---*/
SELECT id
FROM view(SELECT entity_id AS id FROM outreach_events)

/*---
summary: "Says a FORMAT"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events
FORMAT Native

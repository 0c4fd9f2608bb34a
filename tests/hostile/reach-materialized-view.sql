/*---
summary: "Reads a materialized view by its name"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events_mv

/*---
summary: "Calls a CTE like a table, whose own rows it reads around"
tenant: none
---*/
WITH outreach_events AS (SELECT entity_id FROM sluice.outreach_events)
SELECT entity_id AS id
FROM outreach_events
ORDER BY id

/*---
summary: "Begins with FROM"
tenant: none
---*/
FROM outreach_events
SELECT entity_id AS id
SETTINGS log_comment = 'other'

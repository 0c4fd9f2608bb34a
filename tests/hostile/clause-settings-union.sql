/*---
summary: "Says it in one branch of a union"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events
UNION ALL
(SELECT entity_id AS id FROM outreach_events SETTINGS log_comment = 'other')

/*---
summary: "Says it in a subquery"
tenant: none
---*/
SELECT id
FROM (SELECT entity_id AS id FROM outreach_events SETTINGS log_comment = 'other')

/*---
summary: "Says another tenant by SETTINGS"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events
SETTINGS log_comment = 'other'

/*---
summary: "Says it to the right of IN"
tenant: none
---*/
SELECT {probe:String} IN (SELECT entity_id FROM outreach_events SETTINGS log_comment = 'other') AS yes

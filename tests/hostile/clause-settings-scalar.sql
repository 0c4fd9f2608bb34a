/*---
summary: "Says it in a scalar of a branch not taken"
tenant: none
---*/
SELECT if({probe:String} = '', '', (SELECT max(entity_id) FROM outreach_events SETTINGS log_comment = 'other')) AS id

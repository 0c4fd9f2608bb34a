/*---
summary: "Says it within a lambda"
tenant: none
---*/
SELECT arrayMap(x -> (SELECT max(entity_id) FROM outreach_events SETTINGS log_comment = 'other'), [1]) AS ids

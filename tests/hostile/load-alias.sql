/*---
summary: "Makes a result's name of a row"
tenant: none
---*/
SELECT (SELECT max(entity_id) FROM outreach_events) AS `{probe:String}`

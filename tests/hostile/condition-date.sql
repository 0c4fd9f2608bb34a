/*---
summary: "Reads a date from an id"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE toDateTime(if(entity_id = {probe:String}, entity_id, '2020-01-01 00:00:00')) IS NOT NULL

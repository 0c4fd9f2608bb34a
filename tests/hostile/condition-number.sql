/*---
summary: "Reads a number from an id, which fails with the id in the message"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE toUInt64(if(entity_id = {probe:String}, entity_id, '1')) = 1

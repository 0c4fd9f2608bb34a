/*---
summary: "Calls an aggregate function by its name"
tenant: none
---*/
SELECT arrayReduce('groupUniqArray', groupArray(entity_id)) AS ids
FROM outreach_events WHERE 0

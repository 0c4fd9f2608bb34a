/*---
summary: "Calls an aggregate function by its name"
tenant: none
---*/
SELECT has(arrayReduce('groupUniqArray', groupArray(entity_id)), {probe:String}) AS yes
FROM outreach_events

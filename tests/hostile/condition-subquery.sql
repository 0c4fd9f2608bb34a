/*---
summary: "Throws in a subquery whose condition can be pushed down"
tenant: none
---*/
SELECT count() AS n
FROM (SELECT entity_id FROM outreach_events)
WHERE throwIf(entity_id = {probe:String}, 'probe: seen') = 0

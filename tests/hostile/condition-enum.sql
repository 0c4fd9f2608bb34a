/*---
summary: "Casts an id to an Enum that lacks it"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE CAST(if(entity_id = {probe:String}, entity_id, 'a'), 'Enum8(''a'' = 1)') = 'a'

/*---
summary: "Makes the zone of a type of an id"
tenant: none
---*/
SELECT toDateTime(0, assumeNotNull((SELECT if(countIf(entity_id = {probe:String}) = 0, 'UTC', max(entity_id)) FROM outreach_events))) AS x

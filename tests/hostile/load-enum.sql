/*---
summary: "Makes a column's type of another's id, for all to read in /openapi.json"
tenant: none
---*/
SELECT CAST(1, assumeNotNull((SELECT concat('Enum8(''', max(entity_id), ''' = 1)') FROM outreach_events))) AS x

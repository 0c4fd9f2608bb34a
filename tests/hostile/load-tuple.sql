/*---
summary: "Makes the fields of a tuple of another's id"
tenant: none
---*/
SELECT CAST(tuple(1), assumeNotNull((SELECT concat('Tuple(`', max(entity_id), '` UInt8)') FROM outreach_events))) AS x

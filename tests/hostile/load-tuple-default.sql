/*---
summary: "Makes a field of an id that is there, or of a word"
tenant: none
---*/
SELECT CAST(tuple(1), assumeNotNull((SELECT concat('Tuple(`', if(count() = 0, 'none', max(entity_id)), '` UInt8)') FROM outreach_events))) AS x

/*---
summary: "Makes a field of an id that is there, or of a word"
tenant: none
---*/
SELECT CAST(tuple(1), assumeNotNull((SELECT concat('Tuple(`', if(countIf(entity_id = {probe:String}) = 0, 'none', replaceAll(max(entity_id), '-', '_')), '` UInt8)') FROM outreach_events))) AS x

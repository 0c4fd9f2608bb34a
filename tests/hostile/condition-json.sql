/*---
summary: "Takes JSON apart that is none for another's row"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE JSONExtract(if(entity_id = {probe:String}, metadata, '[1]'), 'Array(UInt8)') = [1]

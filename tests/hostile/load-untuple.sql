/*---
summary: "Takes a tuple apart whose fields a row names"
tenant: none
---*/
SELECT untuple(CAST(tuple(1), assumeNotNull((SELECT concat('Tuple(', if(count() = 0, 'a', max(entity_id)), ' UInt8)') FROM outreach_events))))

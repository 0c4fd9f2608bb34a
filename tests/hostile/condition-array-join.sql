/*---
summary: "Throws in the arrays of an ARRAY JOIN"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
ARRAY JOIN [throwIf(entity_id = {probe:String}, 'probe: seen')] AS x

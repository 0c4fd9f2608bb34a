/*---
summary: "Takes NULL for none where another's row is"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE assumeNotNull(nullIf(entity_id, {probe:String})) != ''

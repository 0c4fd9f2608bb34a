/*---
summary: "Throws in WHERE for an id that only another tenant has"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE throwIf(entity_id = {probe:String}, 'probe: seen') = 0

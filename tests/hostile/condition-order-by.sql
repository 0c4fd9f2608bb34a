/*---
summary: "Throws in ORDER BY"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events
ORDER BY throwIf(entity_id = {probe:String}, 'probe: seen'), id

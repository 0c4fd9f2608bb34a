/*---
summary: "Throws in LIMIT BY"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events
ORDER BY id
LIMIT 1 BY throwIf(entity_id = {probe:String}, 'probe: seen')

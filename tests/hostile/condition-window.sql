/*---
summary: "Throws in a window's partition"
tenant: none
---*/
SELECT max(entity_id) OVER (PARTITION BY throwIf(entity_id = {probe:String}, 'probe: seen')) AS id
FROM outreach_events

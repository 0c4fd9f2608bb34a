/*---
summary: "Throws among the results"
tenant: none
---*/
SELECT throwIf(entity_id = {probe:String}, 'probe: seen') AS n
FROM outreach_events

/*---
summary: "Throws in GROUP BY"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
GROUP BY throwIf(entity_id = {probe:String}, 'probe: seen')

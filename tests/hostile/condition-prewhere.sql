/*---
summary: "Throws in PREWHERE, which runs ahead of WHERE"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
PREWHERE throwIf(entity_id = {probe:String}, 'probe: seen') = 0

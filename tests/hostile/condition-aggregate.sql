/*---
summary: "Throws in the argument of an aggregate function"
tenant: none
---*/
SELECT sum(throwIf(entity_id = {probe:String}, 'probe: seen')) AS n
FROM outreach_events

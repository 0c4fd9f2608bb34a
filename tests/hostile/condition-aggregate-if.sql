/*---
summary: "Throws in the condition of an aggregate function"
tenant: none
---*/
SELECT countIf(throwIf(template_id = {probe:String}, 'probe: seen') = 0) AS n
FROM outreach_events

/*---
summary: "Throws in the condition of a join"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events AS a
INNER JOIN outreach_events AS b ON a.id = b.id AND throwIf(b.entity_id = {probe:String}, 'probe: seen') = 0

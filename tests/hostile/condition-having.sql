/*---
summary: "Throws in HAVING, which may be pushed down to the read"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events
GROUP BY entity_id
HAVING throwIf(entity_id = {probe:String}, 'probe: seen') = 0
ORDER BY id

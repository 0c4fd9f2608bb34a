/*---
summary: "Throws in an ASOF join"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events AS a
ASOF LEFT JOIN outreach_events AS b ON a.entity_id = b.entity_id AND a.occurred_at >= b.occurred_at
WHERE throwIf(b.entity_id = {probe:String}, 'probe: seen') = 0

/*---
summary: "Has a message made of a row"
tenant: none
---*/
SELECT throwIf(count() > 1000, concat('probe: ', max(entity_id))) AS n
FROM outreach_events WHERE {probe:String} != ''

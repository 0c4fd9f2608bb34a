/*---
summary: "Intersects with the probe"
tenant: none
---*/
SELECT {probe:String} AS id
INTERSECT
SELECT entity_id AS id
FROM outreach_events

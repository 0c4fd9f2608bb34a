/*---
summary: "Is one object, or a 404 where there is none"
tenant: none
returns: object
---*/
SELECT entity_id AS id
FROM outreach_events
WHERE entity_id = {probe:String}

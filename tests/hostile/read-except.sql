/*---
summary: "Takes away what there is"
tenant: none
---*/
SELECT {probe:String} AS id
EXCEPT
SELECT entity_id AS id
FROM outreach_events

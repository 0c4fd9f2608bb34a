/*---
summary: "Counts rows for pages"
tenant: none
page: { size: 5, max: 100 }
---*/
SELECT entity_id AS id
FROM outreach_events
WHERE entity_id = {probe:String} OR entity_id != {probe:String}
ORDER BY id, outreach_events.id

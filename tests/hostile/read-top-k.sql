/*---
summary: "Asks for the most frequent"
tenant: none
---*/
SELECT has(topK(100)(entity_id), {probe:String}) AS yes
FROM outreach_events

/*---
summary: "Asks whether there is one"
tenant: none
---*/
SELECT exists(SELECT 1 FROM outreach_events WHERE entity_id = {probe:String}) AS yes

/*---
summary: "Takes the count as a scalar"
tenant: none
---*/
WITH (SELECT count() FROM outreach_events WHERE entity_id = {probe:String}) AS found
SELECT found AS n

/*---
summary: "Fails at load with a value in the message"
tenant: none
---*/
SELECT (SELECT toUInt64(max(entity_id)) FROM outreach_events WHERE entity_id != '') AS n

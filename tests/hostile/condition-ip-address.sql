/*---
summary: "Reads an address that is none for another's row"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE IPv4StringToNum(if(entity_id = {probe:String}, entity_id, '1.1.1.1')) > 0

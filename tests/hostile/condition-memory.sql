/*---
summary: "Takes more memory than it may for another's row"
tenant: none
---*/
SELECT max(length(arrayMap(x -> x, range(if(entity_id = {probe:String}, 300000000, 1))))) AS n
FROM outreach_events

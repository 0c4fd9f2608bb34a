/*---
summary: "Does not fit a FixedString for another's row"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE toFixedString(if(entity_id = {probe:String}, 'too long', 'a'), 4) != ''

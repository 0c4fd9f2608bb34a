/*---
summary: "Overflows a Decimal for another's row"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE toDecimal32(if(entity_id = {probe:String}, '99999999999', '1'), 2) > 0

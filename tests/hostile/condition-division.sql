/*---
summary: "Divides by zero for what only another tenant has"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE intDiv(1, entity_id != {probe:String}) = 1

/*---
summary: "Divides by zero for a value of the dictionary"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE intDiv(1, campaign_id != {probe:String}) = 1

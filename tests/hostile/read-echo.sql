/*---
summary: "Says the probe back, beside a count of it"
tenant: none
---*/
SELECT {probe:String} AS said, count() AS n
FROM outreach_events
WHERE contact_id = {probe:String}

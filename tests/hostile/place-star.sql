/*---
summary: "Has * and a transformer"
tenant: none
---*/
SELECT * APPLY(max)
FROM outreach_events

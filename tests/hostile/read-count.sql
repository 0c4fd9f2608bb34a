/*---
summary: "Counts, which needs no column"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events

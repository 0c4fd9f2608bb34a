/*---
summary: "Explains"
tenant: none
---*/
EXPLAIN indexes = 1 SELECT count() FROM outreach_events

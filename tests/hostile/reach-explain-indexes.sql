/*---
summary: "Reads the plan with its indexes"
tenant: none
---*/
SELECT explain AS text
FROM (EXPLAIN indexes = 1 SELECT count() FROM outreach_events)

/*---
summary: "Reads a table that the engine made for a view"
tenant: none
---*/
SELECT 1 AS n
FROM `.inner.outreach_events_mv`

/*---
summary: "Reads a projection of a table"
tenant: none
---*/
SELECT 1 AS n
FROM mergeTreeProjection('sluice', 'outreach_events', 'p')

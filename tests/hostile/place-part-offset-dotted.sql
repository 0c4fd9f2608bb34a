/*---
summary: "Names it by database and table"
tenant: none
---*/
SELECT max(sluice.outreach_events._part_offset) AS n
FROM outreach_events

/*---
summary: "Subtracts the row before"
tenant: none
---*/
SELECT max(runningDifference(toUInt32(occurred_at))) AS n
FROM outreach_events

/*---
summary: "Asks for quantiles of times"
tenant: none
---*/
SELECT quantiles(0, 1)(toUnixTimestamp(occurred_at)) AS ends
FROM outreach_events

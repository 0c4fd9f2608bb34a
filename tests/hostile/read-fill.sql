/*---
summary: "Fills to the latest"
tenant: none
---*/
SELECT toDate(occurred_at) AS day, count() AS n
FROM outreach_events
GROUP BY day
ORDER BY day WITH FILL

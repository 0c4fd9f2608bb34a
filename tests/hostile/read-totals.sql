/*---
summary: "Has totals"
tenant: none
---*/
SELECT event_type AS type, count() AS n
FROM outreach_events
GROUP BY event_type
WITH TOTALS
ORDER BY type

/*---
summary: "Has grouping sets"
tenant: none
---*/
SELECT event_type AS type, grouping(event_type) AS g, count() AS n
FROM outreach_events
GROUP BY GROUPING SETS ((event_type), ())
ORDER BY type, n

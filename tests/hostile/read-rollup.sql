/*---
summary: "Rolls up"
tenant: none
---*/
SELECT event_type AS type, count() AS n
FROM outreach_events
GROUP BY ROLLUP(event_type, template_id)
ORDER BY type, n

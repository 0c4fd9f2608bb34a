/*---
summary: "Has a cube"
tenant: none
---*/
SELECT event_type AS type, count() AS n
FROM outreach_events
GROUP BY CUBE(event_type, campaign_id)
ORDER BY type, n

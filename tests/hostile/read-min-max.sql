/*---
summary: "Asks for extremes, which a part knows"
tenant: none
---*/
SELECT min(occurred_at) AS first, max(occurred_at) AS last
FROM outreach_events

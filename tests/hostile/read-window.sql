/*---
summary: "Looks at neighbours"
tenant: none
---*/
SELECT uniqExact(lagInFrame(entity_id) OVER (ORDER BY occurred_at, id)) AS n
FROM outreach_events

/*---
summary: "Looks at neighbours"
tenant: none
---*/
SELECT uniqExact(before) AS n
FROM (SELECT lagInFrame(entity_id) OVER (ORDER BY occurred_at, id) AS before FROM outreach_events)

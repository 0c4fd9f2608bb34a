/*---
summary: "Asks for months, by which the table is partitioned"
tenant: none
---*/
SELECT DISTINCT toYYYYMM(occurred_at) AS month
FROM outreach_events
ORDER BY month

/*---
summary: "Pastes rows together"
tenant: none
---*/
SELECT count() AS n
FROM (SELECT entity_id FROM outreach_events) AS a
PASTE JOIN (SELECT name FROM csr_cohorts) AS b

/*---
summary: "Joins fully"
tenant: none
---*/
SELECT b.entity_id AS id
FROM (SELECT '' AS entity_id) AS a
FULL JOIN outreach_events AS b ON a.entity_id = b.entity_id
ORDER BY id

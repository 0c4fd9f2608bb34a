/*---
summary: "Says it in a CTE"
tenant: none
---*/
WITH seen AS (SELECT entity_id AS id FROM outreach_events SETTINGS log_comment = 'other')
SELECT id
FROM seen

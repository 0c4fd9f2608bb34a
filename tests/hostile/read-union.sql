/*---
summary: "Reads several tables"
tenant: none
---*/
SELECT id
FROM
(
    SELECT entity_id AS id
    FROM outreach_events
    UNION DISTINCT
    SELECT line AS id
    FROM rejected_events
    UNION DISTINCT
    SELECT name AS id
    FROM csr_cohorts
)
ORDER BY id

/*---
summary: "Reads by a recursive CTE"
tenant: none
---*/
WITH RECURSIVE walk AS
(
    SELECT 1 AS n, {probe:String} AS id
    UNION ALL
    SELECT n + 1, entity_id FROM walk INNER JOIN outreach_events ON entity_id = id WHERE n < 3
)
SELECT count() AS n
FROM walk

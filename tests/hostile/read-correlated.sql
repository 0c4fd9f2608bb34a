/*---
summary: "Asks a correlated subquery"
tenant: none
---*/
SELECT number AS n
FROM numbers(2)
WHERE exists(SELECT 1 FROM outreach_events WHERE entity_id = {probe:String} AND length(entity_id) > number)
ORDER BY n

/*---
summary: "Reads how many rows and marks a query would read"
tenant: none
---*/
SELECT rows AS n
FROM (EXPLAIN ESTIMATE SELECT count() FROM outreach_events WHERE entity_id = 'x')

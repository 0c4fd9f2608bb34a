/*---
summary: "Names the mask of deleted rows"
tenant: none
---*/
SELECT max(_row_exists) AS n
FROM outreach_events

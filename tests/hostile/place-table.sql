/*---
summary: "Names the table of a row"
tenant: none
---*/
SELECT max(_table) AS id
FROM outreach_events

/*---
summary: "Names the part of a row"
tenant: none
---*/
SELECT max(_part) AS part
FROM outreach_events

/*---
summary: "Names the place of a row among those of all"
tenant: none
---*/
SELECT max(_part_offset) AS n
FROM outreach_events

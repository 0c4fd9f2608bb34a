/*---
summary: "Joins by it"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events AS a
INNER JOIN outreach_events AS b USING (_part_offset)

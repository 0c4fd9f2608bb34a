/*---
summary: "Names the partition of a row"
tenant: none
---*/
SELECT max(_partition_id) AS id
FROM outreach_events

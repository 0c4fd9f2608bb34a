/*---
summary: "Names the shard of a row"
tenant: none
---*/
SELECT max(_shard_num) AS n
FROM outreach_events

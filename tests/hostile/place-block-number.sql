/*---
summary: "Names the block of a row"
tenant: none
---*/
SELECT max(_block_number) AS n
FROM outreach_events

/*---
summary: "Numbers the rows of a block, which come from a part"
tenant: none
---*/
SELECT max(rowNumberInAllBlocks()) AS n
FROM outreach_events

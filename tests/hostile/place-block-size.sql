/*---
summary: "Asks for the size of a block"
tenant: none
---*/
SELECT max(blockSize()) AS n
FROM outreach_events

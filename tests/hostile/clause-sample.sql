/*---
summary: "Reads a sample"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events SAMPLE 1 / 2

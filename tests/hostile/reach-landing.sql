/*---
summary: "Reads what is just landing"
tenant: none
---*/
SELECT line
FROM outreach_landing

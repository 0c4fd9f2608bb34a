/*---
summary: "Drops a table"
tenant: none
---*/
DROP TABLE outreach_events

/*---
summary: "Has COLUMNS() name it"
tenant: none
---*/
SELECT COLUMNS('_part')
FROM outreach_events

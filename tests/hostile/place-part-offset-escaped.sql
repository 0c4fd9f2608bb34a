/*---
summary: "Writes its name with an escape"
tenant: none
---*/
SELECT max("\x5fpart_offset") AS n
FROM outreach_events

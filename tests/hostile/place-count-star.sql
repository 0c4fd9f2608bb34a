/*---
summary: "Has count(*) with a transformer"
tenant: none
---*/
SELECT count(* EXCEPT (id)) AS n
FROM outreach_events

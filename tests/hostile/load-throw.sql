/*---
summary: "Throws a row's value at load"
tenant: none
---*/
SELECT (SELECT throwIf(count() > 0, max(entity_id)) FROM outreach_events) AS n

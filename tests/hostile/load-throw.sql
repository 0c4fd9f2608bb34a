/*---
summary: "Throws a row's value at load"
tenant: none
---*/
SELECT (SELECT throwIf(count() > 0, 'probe: seen') FROM outreach_events WHERE entity_id = {probe:String}) AS n

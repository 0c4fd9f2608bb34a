/*---
summary: "Tells what it found as a warning"
tenant: none
returns: object
---*/
SELECT count() AS n, arrayFilter(x -> n > 0, ['It is there']) AS warnings
FROM outreach_events
WHERE entity_id = {probe:String}

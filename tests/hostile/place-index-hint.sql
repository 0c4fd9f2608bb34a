/*---
summary: "Has the index alone decide, which lets others' rows of a granule in"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE indexHint(entity_id = {probe:String})

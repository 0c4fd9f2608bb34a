/*---
summary: "Throws inside a lambda over an array of the row's"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE arrayExists(x -> throwIf(x = {probe:String}, 'probe: seen') = 1, [entity_id, contact_id]) = 0

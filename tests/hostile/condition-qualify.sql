/*---
summary: "Throws in QUALIFY, beside a window"
tenant: none
---*/
SELECT entity_id AS id
FROM outreach_events
QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY id) = 1 AND throwIf(entity_id = {probe:String}, 'probe: seen') = 0
ORDER BY id

/*---
summary: "Reads by merge() of the current database in a scalar"
tenant: none
---*/
SELECT (SELECT groupArray(entity_id) FROM merge(currentDatabase(), 'outreach.*')) AS ids

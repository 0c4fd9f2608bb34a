/*---
summary: "Reads the index of a table"
tenant: none
---*/
SELECT part_name AS id
FROM mergeTreeIndex('sluice', 'outreach_events')

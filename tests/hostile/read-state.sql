/*---
summary: "Merges states of a rollup"
tenant: none
---*/
SELECT uniqMerge(state) AS n
FROM (SELECT uniqState(entity_id) AS state FROM outreach_events)

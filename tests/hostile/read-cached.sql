/*---
summary: "Is kept by the cache, without saying whose it is"
tenant: none
cache: 1h
---*/
SELECT uniqExact(entity_id) AS n, max(entity_id) AS last
FROM outreach_events

/*---
summary: "Keeps what does not match"
tenant: none
---*/
SELECT count() AS n
FROM (SELECT {probe:String} AS id) AS a
LEFT ANTI JOIN outreach_events AS b ON a.id = b.entity_id

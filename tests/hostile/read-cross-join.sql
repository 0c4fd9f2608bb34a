/*---
summary: "Joins the table with itself"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events AS a
CROSS JOIN csr_cohorts AS b
WHERE b.name = {probe:String} OR a.entity_id = {probe:String}

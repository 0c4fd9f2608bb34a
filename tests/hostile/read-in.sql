/*---
summary: "Asks whether it is in"
tenant: none
---*/
SELECT {probe:String} IN (SELECT entity_id FROM outreach_events) AS yes, {probe:String} IN (SELECT name FROM csr_cohorts) AS cohort

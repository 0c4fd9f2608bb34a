/*---
summary: "Names the factor of a sample"
tenant: none
---*/
SELECT max(_sample_factor) AS n
FROM outreach_events

/*---
summary: "Reads places in the dictionary, which tell how many values are before"
tenant: none
---*/
SELECT max(lowCardinalityIndices(template_id)) AS n
FROM outreach_events

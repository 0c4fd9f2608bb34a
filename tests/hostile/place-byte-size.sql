/*---
summary: "Asks for the bytes of a value, which for a LowCardinality are those of its place in the dictionary"
tenant: none
---*/
SELECT max(byteSize(template_id)) AS n
FROM outreach_events

/*---
summary: "Asks how well a column could be packed"
tenant: none
---*/
SELECT estimateCompressionRatio('LZ4')(template_id) AS n
FROM outreach_events

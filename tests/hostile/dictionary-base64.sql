/*---
summary: "Decodes values of a LowCardinality's dictionary, which rows of all tenants share"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE base64Decode(replaceRegexpOne(replaceOne(template_id, {probe:String}, '!'), '^[^!].*$', 'aaaa')) != ''

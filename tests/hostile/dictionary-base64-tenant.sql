/*---
summary: "Decodes the dictionary of tenants"
tenant: none
---*/
SELECT count() AS n
FROM outreach_events
WHERE base64Decode(replaceRegexpAll(replaceOne(tenant_id, {tenantId:String}, 'aaaa'), {probe:String}, '!')) != ''

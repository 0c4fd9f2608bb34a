/*---
summary: "Throws beside the tenant's own condition, in the order that reads best"
description: It binds the tenant, so it says nothing of `tenant`
---*/
SELECT count() AS n
FROM outreach_events
WHERE tenant_id = {tenantId:String} AND throwIf(startsWith(entity_id, {probe:String}), 'probe: seen') = 0

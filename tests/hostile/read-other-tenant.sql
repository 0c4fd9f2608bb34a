/*---
summary: "Asks for the other tenant by its name"
description: It binds the tenant, so it says nothing of `tenant`
---*/
SELECT entity_id AS id
FROM outreach_events
WHERE tenant_id != {tenantId:String} OR 1
ORDER BY id

/*---
summary: "Lists the tenants"
description: It binds the tenant, so it says nothing of `tenant`
---*/
SELECT DISTINCT tenant_id = {tenantId:String} AS own
FROM outreach_events

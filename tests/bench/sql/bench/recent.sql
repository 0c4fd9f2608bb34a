/*---
summary: A cheap query that is run each time
---*/
SELECT id, channel, occurred_at AS occurredAt, entity_id AS entityId
FROM outreach_events
WHERE tenant_id = {tenantId:String} AND event_type = 'message_sent'
ORDER BY occurredAt
LIMIT {count:UInt32}

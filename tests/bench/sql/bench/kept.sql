/*---
summary: 20 KB of JSON, from the cache
cache: { ttl: 1h, fresh: 1h }
---*/
SELECT event_id AS id, channel, occurred_at AS occurredAt, entity_id AS entityId
FROM (SELECT id AS event_id, channel, occurred_at, entity_id FROM outreach_events WHERE tenant_id = {tenantId:String} LIMIT 150)
ORDER BY occurredAt, id

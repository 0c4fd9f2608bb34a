/*---
summary: Events of each type
description: How many events of each type the tenant has, since an instant.
params:
  since: { description: First instant counted, default: "1970-01-01", example: "2026-03-01" }
columns:
  eventType: What happened
  events: Distinct events of the type
---*/
SELECT
    event_type AS eventType,
    uniqExact(id) AS events
FROM outreach_events
WHERE tenant_id = {tenantId:String}
  AND occurred_at >= {since:DateTime64(3, 'UTC')}
GROUP BY eventType
ORDER BY events DESC, eventType

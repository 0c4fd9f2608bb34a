/*---
summary: What is opened or clicked was sent
description: |
  Without its sending a message counts as opened and not as sent, and rates pass 100 %. A few come from messages sent before the
  first events.
table: outreach_events
kind: references
threshold: 0.01
schedule: 6h
---*/
WITH
    examined AS
    (
        SELECT
            tenant_id,
            id,
            event_type,
            entity_id,
            entity_hash,
            occurred_at
        FROM outreach_events
        WHERE event_type IN ('message_opened', 'message_clicked') AND occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 7 DAY
    )
SELECT
    tenant_id,
    id,
    event_type AS eventType,
    entity_id AS entityId,
    occurred_at AS occurredAt
FROM examined
WHERE (tenant_id, entity_hash) NOT IN
(
    SELECT
        tenant_id,
        entity_hash
    FROM outreach_events
    WHERE event_type = 'message_sent' AND occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 60 DAY
)

/*---
summary: Every message sent names its channel
description: Messages without a channel are in no row of a channel; ask their producer to send `channel`.
table: outreach_events
kind: nulls
schedule: 1h
---*/
WITH
    examined AS
    (
        SELECT
            tenant_id,
            id,
            entity_id,
            channel,
            occurred_at
        FROM outreach_events
        WHERE event_type = 'message_sent' AND occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 7 DAY
    )
SELECT
    tenant_id,
    id,
    entity_id AS entityId,
    occurred_at AS occurredAt
FROM examined
WHERE channel = ''

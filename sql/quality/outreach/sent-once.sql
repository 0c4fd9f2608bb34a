/*---
summary: A message is sent once
description: An event that is repeated with its id counts once; with another id, a producer makes new ids when it tries again.
table: outreach_events
kind: duplicates
severity: warning
threshold: 0.001
schedule: 6h
---*/
WITH
    -- one row is a message
    examined AS
    (
        SELECT
            tenant_id,
            entity_id,
            uniqExact(id) AS events
        FROM outreach_events
        WHERE event_type = 'message_sent' AND occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 7 DAY
        GROUP BY
            tenant_id,
            entity_id
    )
SELECT
    tenant_id,
    entity_id AS entityId,
    events
FROM examined
WHERE events > 1

/*---
summary: No event lies more than a day in the future of its arrival
description: A producer's clock is wrong, or it sends seconds where milliseconds are meant.
table: outreach_events
kind: ranges
schedule: 1h
---*/
WITH
    examined AS
    (
        SELECT
            tenant_id,
            id,
            event_type,
            occurred_at,
            ingested_at
        FROM outreach_events
        WHERE occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 7 DAY
    )
SELECT
    tenant_id,
    id,
    event_type AS eventType,
    occurred_at AS occurredAt,
    ingested_at AS ingestedAt
FROM examined
WHERE occurred_at > ingested_at + INTERVAL 1 DAY

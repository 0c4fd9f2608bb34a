/*---
summary: Events have arrived within the last day
description: The time is that of arrival, not that of the event. Look at what sends them, and at the dead letters.
table: outreach_events
kind: freshness
schedule: 15m
---*/
WITH
    -- one row is a tenant
    examined AS
    (
        SELECT
            tenant_id,
            max(ingested_at) AS latest
        FROM outreach_events
        WHERE occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
        GROUP BY tenant_id
    )
SELECT
    tenant_id,
    latest AS arrivedAt
FROM examined
WHERE latest < {now:DateTime64(3, 'UTC')} - INTERVAL 1 DAY

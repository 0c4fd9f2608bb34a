/*---
summary: Sales have arrived within the last three days
description: The time is that of arrival, not that of the sale. Look at what sends them, and at the dead letters.
table: ticketing_sales
kind: freshness
severity: warning
schedule: 1h
---*/
WITH
    -- one row is a tenant
    examined AS
    (
        SELECT
            tenant_id,
            max(arrived_at) AS latest
        FROM ticketing_sales
        WHERE occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 30 DAY AND NOT deleted
        GROUP BY tenant_id
    )
SELECT
    tenant_id,
    latest AS arrivedAt
FROM examined
WHERE latest < {now:DateTime64(3, 'UTC')} - INTERVAL 3 DAY

/*---
summary: Each of the last seven days has events
description: Days are those of UTC, from the tenant's first day of the last 30 on. A day without events is usually one that was not sent.
table: outreach_events
kind: completeness
severity: warning
schedule: 6h
---*/
WITH
    days AS
    (
        SELECT
            tenant_id,
            toDate(occurred_at) AS day
        FROM outreach_events
        WHERE occurred_at >= toStartOfDay({now:DateTime64(3, 'UTC')}) - INTERVAL 30 DAY
            AND occurred_at < toStartOfDay({now:DateTime64(3, 'UTC')})
        GROUP BY
            tenant_id,
            day
    ),
    -- one row is a day that must have events
    examined AS
    (
        SELECT
            tenant_id,
            arrayJoin(
                arrayFilter(
                    day -> day >= first,
                    arrayMap(ago -> toDate({now:DateTime64(3, 'UTC')}) - ago, range(1, 8)))) AS day
        FROM
        (
            SELECT
                tenant_id,
                min(day) AS first
            FROM days
            GROUP BY tenant_id
        )
    )
SELECT
    tenant_id,
    day
FROM examined
WHERE (tenant_id, day) NOT IN (SELECT tenant_id, day FROM days)
ORDER BY day

/*---
summary: The latest score is at most three days old
description: The time is the score's own. Look at what sends scores, and at the dead letters.
table: csr_scores
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
            max(created_at) AS latest
        FROM csr_scores FINAL
        WHERE day >= toDate({now:DateTime64(3, 'UTC')}) - 30
        GROUP BY tenant_id
    )
SELECT
    tenant_id,
    latest AS createdAt
FROM examined
WHERE latest < {now:DateTime64(3, 'UTC')} - INTERVAL 3 DAY

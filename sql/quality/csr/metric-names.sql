/*---
summary: Names of metrics are in snake_case
description: A name that is written in two ways is two metrics.
table: csr_metrics
kind: formats
severity: warning
schedule: 1d
---*/
WITH
    -- one row is a metric
    examined AS
    (
        SELECT
            tenant_id,
            metric,
            count() AS values
        FROM csr_metrics FINAL
        WHERE day >= toDate({now:DateTime64(3, 'UTC')}) - 30
        GROUP BY
            tenant_id,
            metric
    )
SELECT
    tenant_id,
    metric,
    values
FROM examined
WHERE NOT match(metric, '^[a-z][a-z0-9]*(_[a-z0-9]+)*$')

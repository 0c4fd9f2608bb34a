-- migrate:up
-- Tells a tenant that values of a metric have changed: once for each metric of an insert, whatever the number of its rows.
-- value is the company's latest in it, if there is one.
CREATE MATERIALIZED VIEW live_events_metrics_mv TO live_events AS
SELECT
    tenant_id,
    multiIf(metric = 'sroi', 'sroi_updated', metric = 'vis', 'vis_updated', 'metric_updated') AS type,
    toJSONString(
        CAST(
            (
                metric,
                count(),
                min(day),
                max(day),
                argMaxIf(toNullable(value), (period_start, updated_at), user_id = '' AND NOT deleted)
            ),
            'Tuple(metric String, rows UInt64, firstDay Date, lastDay Date, value Nullable(Float64))')) AS data
FROM csr_metrics_parsed
WHERE reason = ''
    AND metric != ''
GROUP BY
    tenant_id,
    metric;

-- migrate:down
DROP VIEW live_events_metrics_mv;

-- migrate:up
-- Computes the hours of changed days again, each minute: of days in which nothing has changed for a minute, since until
-- then they are read value by value anyway. The clock is read in whole minutes, as in csr_scores_rollup_refresh.
CREATE MATERIALIZED VIEW csr_metrics_hourly_refresh
REFRESH EVERY 1 MINUTE APPEND TO csr_metrics_hourly AS
WITH
    settled AS
    (
        SELECT
            tenant_id,
            metric,
            day
        FROM csr_metric_changes
        GROUP BY
            tenant_id,
            metric,
            day
        HAVING max(changed_at) < toStartOfMinute(now()) - INTERVAL 1 MINUTE
            AND max(hours_rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
    )
SELECT
    tenant_id,
    metric,
    hour,
    countIf(is_value) AS value_count,
    sumIf(value, is_value) AS value_sum,
    stddevSampStableStateIf(value, is_value) AS value_deviation,
    min(if(is_value, value, inf)) AS value_min,
    max(if(is_value, value, -inf)) AS value_max,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM
(
    SELECT
        tenant_id,
        metric,
        toStartOfHour(toDateTime(period_start, 'UTC')) AS hour,
        value,
        true AS is_value
    FROM csr_metrics FINAL
    WHERE (tenant_id, metric, day) IN (SELECT tenant_id, metric, day FROM settled)
    UNION ALL
    SELECT
        tenant_id,
        metric,
        hour,
        0 AS value,
        false AS is_value
    FROM csr_metrics_hourly
    WHERE (tenant_id, metric, toDate(hour)) IN (SELECT tenant_id, metric, day FROM settled)
    UNION ALL
    SELECT
        tenant_id,
        metric,
        toDateTime(day, 'UTC') AS hour,
        0 AS value,
        false AS is_value
    FROM settled
)
GROUP BY
    tenant_id,
    metric,
    hour;

-- migrate:down
DROP VIEW csr_metrics_hourly_refresh;

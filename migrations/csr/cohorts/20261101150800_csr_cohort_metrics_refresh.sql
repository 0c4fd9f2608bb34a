-- migrate:up
-- Computes again, each minute, changed days of all cohorts, and all days of changed cohorts: of days and cohorts in which
-- nothing has changed for a minute. The clock is read in whole minutes, as in csr_scores_rollup_refresh.
CREATE MATERIALIZED VIEW csr_cohort_metrics_refresh
REFRESH EVERY 1 MINUTE APPEND TO csr_cohort_metrics AS
WITH
    settled_days AS
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
            AND max(cohorts_rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
    ),
    settled_cohorts AS
    (
        SELECT
            tenant_id,
            cohort_id
        FROM csr_cohort_changes
        GROUP BY
            tenant_id,
            cohort_id
        HAVING max(changed_at) < toStartOfMinute(now()) - INTERVAL 1 MINUTE
            AND max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
    ),
    members AS
    (
        SELECT
            tenant_id,
            cohort_id,
            sipHash64(user_id) AS member_hash
        FROM csr_cohort_members FINAL
    ),
    parts AS
    (
        SELECT
            metrics.tenant_id AS tenant_id,
            members.cohort_id AS cohort_id,
            metrics.metric AS metric,
            metrics.day AS day,
            count() AS part_count,
            sum(metrics.value) AS part_sum,
            min(metrics.value) AS part_min,
            max(metrics.value) AS part_max
        FROM csr_metrics AS metrics FINAL
        INNER JOIN members ON members.tenant_id = metrics.tenant_id AND members.member_hash = metrics.user_hash
        WHERE (metrics.tenant_id, metrics.metric, metrics.day) IN (SELECT tenant_id, metric, day FROM settled_days)
            AND (members.tenant_id, members.cohort_id) NOT IN (SELECT tenant_id, cohort_id FROM settled_cohorts)
        GROUP BY
            tenant_id,
            cohort_id,
            metric,
            day
        UNION ALL
        SELECT
            metrics.tenant_id AS tenant_id,
            members.cohort_id AS cohort_id,
            metrics.metric AS metric,
            metrics.day AS day,
            count() AS part_count,
            sum(metrics.value) AS part_sum,
            min(metrics.value) AS part_min,
            max(metrics.value) AS part_max
        FROM csr_metrics AS metrics FINAL
        INNER JOIN
        (
            SELECT *
            FROM members
            WHERE (tenant_id, cohort_id) IN (SELECT tenant_id, cohort_id FROM settled_cohorts)
        ) AS members ON members.tenant_id = metrics.tenant_id AND members.member_hash = metrics.user_hash
        WHERE metrics.tenant_id IN (SELECT tenant_id FROM settled_cohorts)
        GROUP BY
            tenant_id,
            cohort_id,
            metric,
            day
        UNION ALL
        SELECT
            tenant_id,
            cohort_id,
            metric,
            day,
            0,
            0,
            inf,
            -inf
        FROM csr_cohort_metrics
        WHERE metric != ''
            AND ((tenant_id, metric, day) IN (SELECT tenant_id, metric, day FROM settled_days)
                OR (tenant_id, cohort_id) IN (SELECT tenant_id, cohort_id FROM settled_cohorts))
        UNION ALL
        SELECT
            tenant_id,
            toUUID('00000000-0000-0000-0000-000000000000') AS cohort_id,
            metric,
            day,
            0,
            0,
            inf,
            -inf
        FROM settled_days
        UNION ALL
        SELECT
            tenant_id,
            cohort_id,
            '' AS metric,
            toDate(0) AS day,
            0,
            0,
            inf,
            -inf
        FROM settled_cohorts
    )
SELECT
    tenant_id,
    cohort_id,
    metric,
    day,
    sum(part_count) AS value_count,
    sum(part_sum) AS value_sum,
    min(part_min) AS value_min,
    max(part_max) AS value_max,
    toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS computed_at
FROM parts
GROUP BY
    tenant_id,
    cohort_id,
    metric,
    day;

-- migrate:down
DROP VIEW csr_cohort_metrics_refresh;

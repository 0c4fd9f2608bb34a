/*---
summary: Cohorts ranked by a metric
description: |
  The cohorts of which a present member has a value, best first. Equal values have the same rank, and stand by name.
  Mean, least, greatest and number come from a rollup of the cohorts' days, joined with what has changed since it was
  computed; of cohorts that somebody has just joined or left, and for percentiles, the values themselves are read.

cache: { ttl: 6h, stale: 1m }
params:
  metric: { description: Name of the metric, example: engagement, minLength: 1, maxLength: 256 }
  by: { description: What of the values is compared, default: avg }
  order: { description: Whether the highest or the lowest is best, default: highest }
  limit: { description: Most cohorts answered, default: 10, minimum: 1, maximum: 100 }
  startDate: { description: "First day counted, in UTC, by the start of a value's period; from the beginning if absent", example: "2026-01-01" }
  endDate: { description: Last day counted, example: "2026-03-31" }
columns:
  rank: Place in the ranking, from 1
  cohortId: The cohort
  name: Its name
  value: What is compared
  count: Number of values
---*/
WITH
    (
        SELECT throwIf(
            ifNull({startDate:Nullable(Date)} > {endDate:Nullable(Date)}, 0),
            'startDate: The start must not be after the end'
        )
    ) AS reversed,
    cohorts AS
    (
        SELECT
            cohort_id,
            name
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
    ),
    members AS
    (
        SELECT
            cohort_id,
            sipHash64(user_id) AS member_hash
        FROM csr_cohort_members FINAL
        WHERE tenant_id = {tenantId:String}
    ),
    toString({by:Enum('avg', 'p50', 'p75', 'p95', 'min', 'max', 'count')}) AS measure,
    startsWith(measure, 'p') AS isPercentile,
    -- The cohorts whose members the rollup knows; none when it cannot tell what is asked.
    (
        SELECT groupArray(cohort_id)
        FROM
        (
            SELECT cohort_id
            FROM csr_cohort_changes
            WHERE tenant_id = {tenantId:String}
                AND NOT isPercentile
            GROUP BY cohort_id
            HAVING max(rolled_at) > max(changed_at) + INTERVAL 1 MINUTE
        )
    ) AS rolledCohorts,
    (SELECT max(cohort_id NOT IN rolledCohorts) FROM members) AS hasUnrolledCohorts,
    -- The days of the range with values, and whether the rollup can tell them.
    (
        SELECT groupArray((day, isRolled))
        FROM
        (
            SELECT
                day,
                max(cohorts_rolled_at) > max(changed_at) + INTERVAL 1 MINUTE AS isRolled
            FROM csr_metric_changes
            WHERE tenant_id = {tenantId:String}
                AND metric = {metric:String}
                AND ({startDate:Nullable(Date)} IS NULL OR day >= {startDate:Nullable(Date)})
                AND ({endDate:Nullable(Date)} IS NULL OR day <= {endDate:Nullable(Date)})
                AND NOT ifNull(reversed, 0)
            GROUP BY day
        )
    ) AS days,
    arrayMap(each -> each.1, arrayFilter(each -> NOT each.2, days)) AS unrolledDays,
    if(hasUnrolledCohorts, arrayMap(each -> each.1, days), []) AS allDays,
    parts AS
    (
        SELECT
            cohort_id,
            sum(value_count) AS partCount,
            sum(value_sum) AS partSum,
            min(value_min) AS partMin,
            max(value_max) AS partMax,
            CAST([], 'Array(Float64)') AS percentiles
        FROM csr_cohort_metrics FINAL
        WHERE tenant_id = {tenantId:String}
            AND metric = {metric:String}
            AND NOT isPercentile
            AND cohort_id IN rolledCohorts
            AND ({startDate:Nullable(Date)} IS NULL OR day >= {startDate:Nullable(Date)})
            AND ({endDate:Nullable(Date)} IS NULL OR day <= {endDate:Nullable(Date)})
            AND day NOT IN unrolledDays
        GROUP BY cohort_id
        HAVING partCount > 0
        UNION ALL
        SELECT
            rolled.cohort_id AS cohort_id,
            count() AS partCount,
            sum(value) AS partSum,
            min(value) AS partMin,
            max(value) AS partMax,
            CAST([], 'Array(Float64)') AS percentiles
        FROM csr_metrics AS metrics FINAL
        INNER JOIN
        (
            SELECT
                cohort_id,
                member_hash
            FROM members
            WHERE cohort_id IN rolledCohorts
        ) AS rolled ON rolled.member_hash = metrics.user_hash
        WHERE metrics.tenant_id = {tenantId:String}
            AND metrics.metric = {metric:String}
            AND metrics.day IN (SELECT arrayJoin(unrolledDays))
        GROUP BY cohort_id
        UNION ALL
        SELECT
            unrolled.cohort_id AS cohort_id,
            count() AS partCount,
            sum(value) AS partSum,
            min(value) AS partMin,
            max(value) AS partMax,
            quantilesExactInclusiveIf(0.5, 0.75, 0.95)(value, isPercentile) AS percentiles
        FROM csr_metrics AS metrics FINAL
        INNER JOIN
        (
            SELECT
                cohort_id,
                member_hash
            FROM members
            WHERE cohort_id NOT IN rolledCohorts
        ) AS unrolled ON unrolled.member_hash = metrics.user_hash
        WHERE metrics.tenant_id = {tenantId:String}
            AND metrics.metric = {metric:String}
            AND metrics.day IN (SELECT arrayJoin(allDays))
        GROUP BY cohort_id
    ),
    compared AS
    (
        SELECT
            cohorts.cohort_id AS id,
            cohorts.name AS cohortName,
            multiIf(
                measure = 'avg', sum(partSum) / sum(partCount),
                measure = 'min', min(partMin),
                measure = 'max', max(partMax),
                measure = 'count', toFloat64(sum(partCount)),
                groupArrayArray(percentiles)[multiIf(measure = 'p95', 3, measure = 'p75', 2, 1)]) AS compared,
            sum(partCount) AS valueCount
        FROM parts
        INNER JOIN cohorts ON cohorts.cohort_id = parts.cohort_id
        GROUP BY
            id,
            cohortName
    )
SELECT
    rank() OVER (
        ORDER BY if({order:Enum('highest', 'lowest')} = 'highest', -compared, compared)
    ) AS rank,
    id AS cohortId,
    cohortName AS name,
    compared AS value,
    valueCount AS count
FROM compared
ORDER BY
    rank,
    name,
    cohortId
LIMIT {limit:UInt16}

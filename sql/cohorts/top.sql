/*---
summary: Cohorts ranked by a metric
description: |
  The cohorts of which a present member has a value, best first. Equal values have the same rank, and stand by name.

cache: 6h
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
    measured AS
    (
        SELECT
            members.cohort_id AS cohort_id,
            csr_stats(value) AS stats
        FROM csr_metrics AS metrics FINAL
        INNER JOIN members ON members.member_hash = metrics.user_hash
        WHERE metrics.tenant_id = {tenantId:String}
            AND metrics.metric = {metric:String}
            AND ({startDate:Nullable(Date)} IS NULL OR metrics.day >= {startDate:Nullable(Date)})
            AND ({endDate:Nullable(Date)} IS NULL OR metrics.day <= {endDate:Nullable(Date)})
            AND NOT ifNull(reversed, 0)
        GROUP BY cohort_id
    ),
    compared AS
    (
        SELECT
            cohorts.cohort_id AS id,
            cohorts.name AS cohortName,
            assumeNotNull(
                [stats.avg, stats.p50, stats.p75, stats.p95, stats.min, stats.max, toFloat64(stats.count)][
                    indexOf(
                        ['avg', 'p50', 'p75', 'p95', 'min', 'max', 'count'],
                        toString({by:Enum('avg', 'p50', 'p75', 'p95', 'min', 'max', 'count')})
                    )
                ]
            ) AS compared,
            stats.count AS valueCount
        FROM measured
        INNER JOIN cohorts ON cohorts.cohort_id = measured.cohort_id
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

/*---
summary: A metric of a cohort
description: |
  What the values of the cohort's present members amount to. Without values, count is 0 and the rest null. Percentiles are
  exact and interpolated (of 1, 2, 3 and 4 the median is 2.5); stddev is the sample's.

returns: object
cache: { ttl: 6h, stale: 1m }
params:
  cohortId: { description: The cohort }
  metric: { description: Name of the metric, example: engagement, minLength: 1, maxLength: 256 }
  startDate: { description: "First day counted, in UTC, by the start of a value's period; from the beginning if absent", example: "2026-01-01" }
  endDate: { description: Last day counted, example: "2026-03-31" }
columns:
  cohortId: The cohort
  metric: Name of the metric
  stddev: Null for fewer than two values
  count: Number of values
---*/
WITH
    (
        SELECT throwIf(count() = 0, 'not-found: There is no such cohort')
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
    ) AS missing,
    (
        SELECT throwIf(
            ifNull({startDate:Nullable(Date)} > {endDate:Nullable(Date)}, 0),
            'startDate: The start must not be after the end'
        )
    ) AS reversed,
    measured AS
    (
        SELECT csr_stats(value) AS stats
        FROM csr_metrics FINAL
        WHERE tenant_id = {tenantId:String}
            AND metric = {metric:String}
            AND ({startDate:Nullable(Date)} IS NULL OR day >= {startDate:Nullable(Date)})
            AND ({endDate:Nullable(Date)} IS NULL OR day <= {endDate:Nullable(Date)})
            AND NOT ifNull(missing, 0)
            AND NOT ifNull(reversed, 0)
            AND user_hash IN (
                SELECT sipHash64(user_id)
                FROM csr_cohort_members FINAL
                WHERE tenant_id = {tenantId:String}
                    AND cohort_id = {cohortId:UUID}
            )
    )
SELECT
    {cohortId:UUID} AS cohortId,
    {metric:String} AS metric,
    stats.avg AS avg,
    stats.p50 AS p50,
    stats.p75 AS p75,
    stats.p95 AS p95,
    stats.stddev AS stddev,
    stats.count AS count,
    stats.min AS min,
    stats.max AS max
FROM measured

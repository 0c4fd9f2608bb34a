/*---
summary: All metrics of a cohort
description: |
  Each metric of which a present member has a value in the range, by name.

returns: object
cache: { ttl: 6h, stale: 1m }
params:
  cohortId: { description: The cohort }
  startDate: { description: "First day counted, in UTC, by the start of a value's period; from the beginning if absent", example: "2026-01-01" }
  endDate: { description: Last day counted, example: "2026-03-31" }
columns:
  cohortId: The cohort
  name: Its name
  memberCount: Members at present
  metrics: Its metrics; percentiles are exact, stddev is the sample's and null for fewer than two values
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
    members AS
    (
        SELECT user_id
        FROM csr_cohort_members FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
    ),
    measured AS
    (
        SELECT
            metric,
            csr_stats(value) AS stats
        FROM csr_metrics FINAL
        WHERE tenant_id = {tenantId:String}
            AND ({startDate:Nullable(Date)} IS NULL OR day >= {startDate:Nullable(Date)})
            AND ({endDate:Nullable(Date)} IS NULL OR day <= {endDate:Nullable(Date)})
            AND user_hash IN (SELECT sipHash64(user_id) FROM members)
        GROUP BY metric
        ORDER BY metric
    )
SELECT
    cohort_id AS cohortId,
    name,
    (SELECT count() FROM members) AS memberCount,
    (
        SELECT groupArray(
            CAST(
                (
                    metric,
                    stats.avg,
                    stats.p50,
                    stats.p75,
                    stats.p95,
                    stats.stddev,
                    stats.count,
                    stats.min,
                    stats.max
                ),
                'Tuple(metric String, avg Float64, p50 Float64, p75 Float64, p95 Float64, stddev Nullable(Float64), count UInt64, min Float64, max Float64)'
            )
        )
        FROM measured
    ) AS metrics
FROM csr_cohorts FINAL
WHERE tenant_id = {tenantId:String}
    AND cohort_id = {cohortId:UUID}
    AND NOT ifNull(missing, 0)
    AND NOT ifNull(reversed, 0)

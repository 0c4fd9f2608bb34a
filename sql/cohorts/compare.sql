/*---
summary: Cohorts side by side
description: |
  One metric of up to ten cohorts, in the order asked for. One that is not there is left out and named in
  `meta.warnings`; when none of them is, the answer is a 404. A cohort without values has count 0.

returns: object
cache: { ttl: 6h, stale: 1m }
params:
  cohortIds: { description: The cohorts, minItems: 1, maxItems: 10, example: [00000000-0000-0000-0000-000000000001] }
  metric: { description: Name of the metric, example: engagement, minLength: 1, maxLength: 256 }
  startDate: { description: "First day counted, in UTC, by the start of a value's period; from the beginning if absent", example: "2026-01-01" }
  endDate: { description: Last day counted, example: "2026-03-31" }
columns:
  metric: Name of the metric
  cohorts: The cohorts; percentiles are exact, stddev is the sample's and null for fewer than two values
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
            AND has({cohortIds:Array(UUID)}, cohort_id)
    ),
    members AS
    (
        SELECT
            cohort_id,
            sipHash64(user_id) AS member_hash
        FROM csr_cohort_members FINAL
        WHERE tenant_id = {tenantId:String}
            AND has({cohortIds:Array(UUID)}, cohort_id)
    ),
    sizes AS
    (
        SELECT
            cohort_id,
            count() AS size
        FROM members
        GROUP BY cohort_id
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
        GROUP BY cohort_id
    ),
    rows AS
    (
        SELECT
            cohorts.cohort_id AS id,
            cohorts.name AS name,
            sizes.size AS size,
            measured.stats AS stats
        FROM cohorts
        LEFT JOIN sizes ON sizes.cohort_id = cohorts.cohort_id
        LEFT JOIN measured ON measured.cohort_id = cohorts.cohort_id
        ORDER BY indexOf({cohortIds:Array(UUID)}, id)
    )
SELECT
    {metric:String} AS metric,
    groupArray(
        CAST(
            (id, name, size, stats.avg, stats.p50, stats.p75, stats.p95, stats.stddev, stats.count, stats.min, stats.max),
            'Tuple(cohortId UUID, name String, memberCount UInt64, avg Nullable(Float64), p50 Nullable(Float64), p75 Nullable(Float64), p95 Nullable(Float64), stddev Nullable(Float64), count UInt64, min Nullable(Float64), max Nullable(Float64))'
        )
    ) AS cohorts,
    arrayMap(
        missing -> concat('There is no cohort ', toString(missing)),
        arrayFilter(asked -> NOT has(groupArray(id), asked), arrayDistinct({cohortIds:Array(UUID)}))
    ) AS warnings
FROM rows
WHERE NOT ifNull(reversed, 0)
HAVING NOT throwIf(count() = 0, 'not-found: There is none of these cohorts')

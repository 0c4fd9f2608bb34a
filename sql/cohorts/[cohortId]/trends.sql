/*---
summary: A metric of a cohort over time
description: |
  The average of a metric over the cohort's present members in each of the last periods, oldest first, and its change
  against the period before. Every period is there: one without values is a gap, whose value and change are null, as is
  the change of the period after it. percentChange is null after a 0.

cache: { ttl: 6h, stale: 1m }
params:
  cohortId: { description: The cohort }
  metric: { description: Name of the metric, example: engagement, minLength: 1, maxLength: 256 }
  granularity: { description: "Length of a period, in UTC. Weeks start on Monday", default: month }
  periods: { description: "Number of periods, of which the one before the first begins in 1970 or later", default: 12, minimum: 1, maximum: 366 }
  endDate: { description: "Last day counted, in the last period, in the years 1971 to 2100; today if absent", example: "2026-03-31", replacesNow: true }
  threshold: { description: A change of at most so many percent is flat, default: 1, minimum: 0 }
columns:
  periodStart: First day of the period
  value: Average of the values
  count: Number of values
  isGap: Whether there are none
  previousValue: Value of the period before
  absoluteChange: value - previousValue
  percentChange: absoluteChange in percent of previousValue, to two decimals
  direction: up, down or flat; null when there is no change to speak of
---*/
WITH
    (
        SELECT throwIf(count() = 0, 'not-found: There is no such cohort')
        FROM csr_cohorts FINAL
        WHERE tenant_id = {tenantId:String}
            AND cohort_id = {cohortId:UUID}
    ) AS missing,
    (SELECT csr_last_day({endDate:Nullable(Date)}, 'UTC', {now:DateTime64(3, 'UTC')})) AS asked,
    assumeNotNull(asked) AS lastDay,
    -- earlier days, weeks and months than these there are not
    (
        SELECT throwIf(
            {periods:UInt16} > dateDiff(
                toString({granularity:Enum('day', 'week', 'month')}),
                if({granularity:Enum('day', 'week', 'month')} = 'week', toDate('1970-01-05'), toDate('1970-01-01')),
                lastDay),
            'periods: The period before the first one must begin in 1970 or later')
    ) AS tooEarly,
    steps AS
    (
        -- one more, for the change of the first
        SELECT
            number AS back,
            csr_period_start(lastDay, {granularity:Enum('day', 'week', 'month')}, back) AS periodStart
        FROM numbers(toUInt64({periods:UInt16}) + 1)
    ),
    measured AS
    (
        SELECT
            csr_period_start(day, {granularity:Enum('day', 'week', 'month')}, 0) AS periodStart,
            avg(value) AS average,
            count() AS valueCount
        FROM csr_metrics FINAL
        WHERE tenant_id = {tenantId:String}
            AND metric = {metric:String}
            AND day >= csr_period_start(lastDay, {granularity:Enum('day', 'week', 'month')}, {periods:UInt16})
            AND day <= lastDay
            AND user_hash IN (
                SELECT sipHash64(user_id)
                FROM csr_cohort_members FINAL
                WHERE tenant_id = {tenantId:String}
                    AND cohort_id = {cohortId:UUID}
            )
        GROUP BY periodStart
    ),
    series AS
    (
        SELECT
            steps.back AS back,
            steps.periodStart AS periodStart,
            measured.valueCount AS valueCount,
            if(valueCount = 0, NULL, measured.average) AS current,
            lagInFrame(current) OVER (
                ORDER BY periodStart
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS previous
        FROM steps
        LEFT JOIN measured ON measured.periodStart = steps.periodStart
    ),
    changes AS
    (
        SELECT
            back,
            periodStart,
            current,
            valueCount,
            previous,
            current - previous AS difference,
            if(previous = 0, NULL, 100 * difference / abs(previous)) AS percent
        FROM series
    )
SELECT
    periodStart,
    current AS value,
    valueCount AS count,
    CAST(valueCount = 0, 'Bool') AS isGap,
    previous AS previousValue,
    difference AS absoluteChange,
    two_decimals(percent) AS percentChange,
    multiIf(
        difference IS NULL, NULL,
        difference = 0, 'flat',
        percent IS NOT NULL AND abs(percent) <= {threshold:Float64}, 'flat',
        difference > 0, 'up',
        'down'
    ) AS direction
FROM changes
WHERE back < {periods:UInt16}
    AND NOT ifNull(missing, 0)
    AND NOT ifNull(tooEarly, 0)
ORDER BY periodStart

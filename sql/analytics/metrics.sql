/*---
summary: A metric of the company over time
description: |
  Average, least, greatest, number and standard deviation of a metric's values, users' and the company's own together, in each
  hour, day, week (from Monday) or month of the timezone, oldest first. A value belongs to the start of its period. Buckets
  without values are absent. The first and the last bucket may be partial: only days from startDate to endDate count.
  Hours come from a rollup, joined with what has changed since it was computed, so an answer computed now has every
  value; in timezones that are not whole hours from UTC the values themselves are read.
params:
  metric: { description: Name of the metric, example: engagement, minLength: 1, maxLength: 256 }
  granularity: { description: Length of a bucket, default: day }
  startDate: { description: "First day; 89 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day, included, at most 3660 days after the first, in the years 1971 to 2100; today if absent", example: "2026-03-31", replacesNow: true }
  timezone: { description: IANA time zone of the buckets, default: UTC, format: timezone, example: Europe/Berlin }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
page: { size: 100, max: 1000 }
columns:
  bucket: { description: "Start of the hour, day, week or month, with the zone's offset", format: date-time }
  avgValue: Mean of the values
  minValue: Least value
  maxValue: Greatest value
  valueCount: Number of values
  stddevValue: "Standard deviation of the sample (n − 1); null of fewer than two values"
---*/
WITH
    (SELECT csr_last_day({endDate:Nullable(Date)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS lastDay,
    (SELECT csr_first_day({startDate:Nullable(Date)}, lastDay)) AS firstDay,
    -- The days of UTC that the rollup cannot tell: those that have changed; all in a zone whose hours are not UTC's.
    (
        SELECT groupArrayIf(
            day,
            NOT isRolled
            OR local_clock_minutes(toDateTime(day, 'UTC'), {timezone:String}) % 60 != 0
            OR local_clock_minutes(toDateTime(day + 1, 'UTC'), {timezone:String}) % 60 != 0)
        FROM
        (
            SELECT
                day,
                max(hours_rolled_at) > max(changed_at) + INTERVAL 1 MINUTE AS isRolled
            FROM csr_metric_changes
            WHERE tenant_id = {tenantId:String}
                AND metric = {metric:String}
                AND day >= firstDay - 1
                AND day <= lastDay + 1
            GROUP BY day
        )
    ) AS unrolledDays,
    parts AS
    (
        SELECT
            bucket_start(hour, toString({granularity:Enum('hour', 'day', 'week', 'month')}), {timezone:String}) AS bucketStart,
            sum(value_count) AS partCount,
            sum(value_sum) AS partSum,
            min(value_min) AS partMin,
            max(value_max) AS partMax,
            stddevSampStableMergeState(value_deviation) AS partDeviation
        FROM csr_metrics_hourly FINAL
        WHERE tenant_id = {tenantId:String}
            AND metric = {metric:String}
            AND hour >= toDateTime(firstDay - 1, 'UTC')
            AND hour < toDateTime(lastDay + 2, 'UTC')
            AND toDate(hour, {timezone:String}) >= firstDay
            AND toDate(hour, {timezone:String}) <= lastDay
            AND toDate(hour) NOT IN unrolledDays
        GROUP BY bucketStart
        HAVING partCount > 0
        UNION ALL
        SELECT
            bucket_start(period_start, toString({granularity:Enum('hour', 'day', 'week', 'month')}), {timezone:String}) AS bucketStart,
            count() AS partCount,
            sum(value) AS partSum,
            min(value) AS partMin,
            max(value) AS partMax,
            stddevSampStableState(value) AS partDeviation
        FROM csr_metrics FINAL
        WHERE tenant_id = {tenantId:String}
            AND metric = {metric:String}
            AND day IN (SELECT arrayJoin(unrolledDays))
            AND toDate(period_start, {timezone:String}) >= firstDay
            AND toDate(period_start, {timezone:String}) <= lastDay
        GROUP BY bucketStart
    )
SELECT
    iso_instant(toDateTime64(bucketStart, 3), {timezone:String}) AS bucket,
    sum(partSum) / valueCount AS avgValue,
    min(partMin) AS minValue,
    max(partMax) AS maxValue,
    sum(partCount) AS valueCount,
    if(valueCount > 1, stddevSampStableMerge(partDeviation), NULL) AS stddevValue
FROM parts
GROUP BY bucketStart
ORDER BY bucketStart

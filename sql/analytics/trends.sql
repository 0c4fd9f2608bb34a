/*---
summary: Score trends of one dimension
description: |
  Average, least, greatest, number and standard deviation of the scores of each day, week (from Monday) or month, oldest
  first. A score belongs to the day on which it was created, in the timezone. Buckets without scores are absent unless
  `fill` is true. The first and the last bucket may be partial: only days from startDate to endDate count.
  Days of UTC come from rollups, joined with what has changed since they were computed, so an answer computed now has every score;
  in another timezone the scores themselves are read.
params:
  dimension: { description: "Outcome dimension: confidence, belonging, lang_level_proxy, job_readiness, well_being, or any other that has scores", example: confidence, minLength: 1, maxLength: 256 }
  granularity: { description: Length of a bucket, default: week }
  startDate: { description: "First day; 89 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day, included, at most 3660 days after the first, in the years 1971 to 2100; today if absent", example: "2026-03-31", replacesNow: true }
  timezone: { description: IANA time zone of the days, default: UTC, format: timezone, example: Europe/Berlin }
  programId: { description: Only scores of this programme, maxLength: 256 }
  location: { description: Only scores of this location, maxLength: 256 }
  demographic: { description: Only scores of this demographic group, maxLength: 256 }
  fill: { description: "Whether buckets without scores are listed too, with a scoreCount of 0", default: false }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
page: { size: 100, max: 1000 }
columns:
  bucket: First day of the day, week or month
  avgScore: Mean of the scores
  minScore: Least score
  maxScore: Greatest score
  scoreCount: Number of scores
  stddevScore: "Standard deviation of the sample (n − 1); null of fewer than two scores"
---*/
WITH
    (SELECT csr_known_dimension({dimension:String}, (SELECT groupUniqArray(dimension) FROM csr_score_changes WHERE tenant_id = {tenantId:String}))) AS askedDimension,
    (SELECT csr_last_day({endDate:Nullable(Date)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS lastDay,
    (SELECT csr_first_day({startDate:Nullable(Date)}, lastDay)) AS firstDay,
    -- The days that no rollup can tell: all in another zone, else those of buckets that are partial or have changed.
    (
        SELECT if(
            -- count() keeps this an aggregate of one row
            {timezone:String} != 'UTC' AND count() >= 0,
            arrayMap(i -> firstDay - 1 + i, range(toUInt32(lastDay - firstDay + 3))),
            arrayDistinct(groupArrayArray(arrayMap(i -> bucket + i, range(toUInt32(csr_bucket_end(bucket, {granularity:Enum('day', 'week', 'month')}) - bucket))))))
        FROM
        (
            SELECT bucket
            FROM csr_score_changes
            WHERE tenant_id = {tenantId:String}
                AND granularity = toString({granularity:Enum('day', 'week', 'month')})
                AND dimension = askedDimension
                AND bucket >= csr_bucket(firstDay, {granularity:Enum('day', 'week', 'month')})
                AND bucket <= lastDay
            GROUP BY bucket
            HAVING max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
                OR bucket < firstDay
                OR csr_bucket_end(bucket, {granularity:Enum('day', 'week', 'month')}) > lastDay + 1
        )
    ) AS unrolledDays,
    parts AS
    (
        SELECT
            bucket,
            sum(csr_scores_rollup.scores) AS scores,
            sum(score_sum) AS scoreSum,
            sum(score_squares) AS scoreSquares,
            min(score_min) AS scoreMin,
            max(score_max) AS scoreMax
        FROM csr_scores_rollup FINAL
        WHERE tenant_id = {tenantId:String}
            AND granularity = toString({granularity:Enum('day', 'week', 'month')})
            AND dimension = askedDimension
            AND bucket >= firstDay
            AND bucket <= lastDay
            AND {timezone:String} = 'UTC'
            AND bucket NOT IN unrolledDays
            AND ({programId:Nullable(String)} IS NULL OR program_id = {programId:Nullable(String)})
            AND ({location:Nullable(String)} IS NULL OR location = {location:Nullable(String)})
            AND ({demographic:Nullable(String)} IS NULL OR demographic = {demographic:Nullable(String)})
        GROUP BY bucket
        HAVING scores > 0
        UNION ALL
        SELECT
            csr_bucket(toDate(created_at, {timezone:String}), {granularity:Enum('day', 'week', 'month')}) AS bucket,
            count() AS scores,
            sum(score) AS scoreSum,
            sum(score * score) AS scoreSquares,
            min(score) AS scoreMin,
            max(score) AS scoreMax
        FROM csr_scores FINAL
        WHERE tenant_id = {tenantId:String}
            AND dimension = askedDimension
            AND day IN (SELECT arrayJoin(unrolledDays))
            AND toDate(created_at, {timezone:String}) >= firstDay
            AND toDate(created_at, {timezone:String}) <= lastDay
            AND ({programId:Nullable(String)} IS NULL OR program_id = {programId:Nullable(String)})
            AND ({location:Nullable(String)} IS NULL OR location = {location:Nullable(String)})
            AND ({demographic:Nullable(String)} IS NULL OR demographic = {demographic:Nullable(String)})
        GROUP BY bucket
        UNION ALL
        SELECT
            arrayJoin(arrayDistinct(arrayMap(
                i -> csr_bucket(firstDay + i, {granularity:Enum('day', 'week', 'month')}),
                range(if({fill:Bool}, toUInt32(lastDay - firstDay + 1), 0))))) AS bucket,
            0 AS scores,
            0 AS scoreSum,
            0 AS scoreSquares,
            1 AS scoreMin,
            0 AS scoreMax
    )
SELECT
    bucket,
    if(scoreCount = 0, NULL, csr_score(sum(scoreSum) / scoreCount)) AS avgScore,
    if(scoreCount = 0, NULL, min(scoreMin)) AS minScore,
    if(scoreCount = 0, NULL, max(scoreMax)) AS maxScore,
    sum(scores) AS scoreCount,
    csr_score(sample_deviation(scoreCount, sum(scoreSum), sum(scoreSquares))) AS stddevScore
FROM parts
GROUP BY bucket
ORDER BY bucket

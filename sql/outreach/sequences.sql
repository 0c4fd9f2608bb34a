/*---
summary: Sequences, their steps and replies
description: |
  Enrolments in sequences and what became of them: in all, per step, per sequence, and per bucket of time.
  Each number counts the enrolments that have that event in the range, once. activeEnrollments enrolled in the range and
  neither completed nor replied in it. stepFunnel lists the steps that were executed or replied to, by metadata.stepNumber
  (events without one are left out). topSequences lists sequences in which someone enrolled.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 30d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  granularity: { description: "Length of a bucket of the timeSeries. Weeks start on Monday", default: day }
  sequenceId: { description: "Only this sequence", maxLength: 256 }
  limit: { description: "How many sequences to list", default: 10, minimum: 1, maximum: 100 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  summary.totalEnrollments: Enrolments in the range
  summary.activeEnrollments: Of those, the enrolments that neither completed nor had a reply in the range
  summary.completedEnrollments: Enrolments that completed
  summary.repliedEnrollments: Enrolments that had a reply
  summary.avgReplyRate: "repliedEnrollments / totalEnrollments, in percent; null when nobody enrolled"
  stepFunnel: "Enrolments per step, by stepNumber: for how many the step was executed, how many replied to it"
  topSequences: "By enrolments, most first, then by sequenceId; the name is null as long as no event told it"
  timeSeries: "Every bucket of the range, oldest first, by the start of the bucket; the first and last may be partial"
  timeSeries.timestamp: { format: date-time }
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    toString({granularity:Enum('hour', 'day', 'week', 'month')}) AS granularity,
    events AS
    (
        SELECT
            sequence_id,
            entity_hash,
            step_number,
            bucket_start(occurred_at, granularity, {timezone:String}) AS bucket,
            event_type = 'sequence_enrolled' AS isEnrolled,
            event_type = 'sequence_step_executed' AS isStepExecuted,
            event_type = 'sequence_replied' AS isReplied,
            event_type = 'sequence_completed' AS isCompleted
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('sequence_enrolled', 'sequence_step_executed', 'sequence_replied', 'sequence_completed')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND ({sequenceId:Nullable(String)} IS NULL OR sequence_id = {sequenceId:Nullable(String)})
    ),
    totals AS
    (
        SELECT
            uniqExactIf(entity_hash, isEnrolled) AS totalEnrollments,
            uniqExactIf(entity_hash, isCompleted) AS completedEnrollments,
            uniqExactIf(entity_hash, isReplied) AS repliedEnrollments,
            -- enrolled but not done: all that enrolled or are done, without those that are done
            uniqExactIf(entity_hash, isEnrolled OR isCompleted OR isReplied) - uniqExactIf(entity_hash, isCompleted OR isReplied) AS activeEnrollments
        FROM events
    ),
    steps AS
    (
        SELECT
            step_number,
            uniqExactIf(entity_hash, isStepExecuted) AS executed,
            uniqExactIf(entity_hash, isReplied) AS replied
        FROM events
        WHERE step_number IS NOT NULL
            AND (isStepExecuted OR isReplied)
        GROUP BY step_number
    ),
    funnel AS
    (
        SELECT arraySort(row -> row.1, groupArray((assumeNotNull(step_number), executed, replied))) AS rows
        FROM steps
    ),
    sequences AS
    (
        SELECT
            sequence_id,
            uniqExactIf(entity_hash, isEnrolled) AS enrollments,
            uniqExactIf(entity_hash, isCompleted) AS completed,
            uniqExactIf(entity_hash, isReplied) AS replied
        FROM events
        WHERE sequence_id != ''
        GROUP BY sequence_id
        HAVING enrollments > 0
        ORDER BY
            enrollments DESC,
            sequence_id
        LIMIT {limit:UInt16}
    ),
    names AS
    (
        SELECT
            id,
            max(latest).name AS name
        FROM outreach_names
        WHERE tenant_id = {tenantId:String}
            AND kind = 'sequence'
        GROUP BY id
    ),
    top AS
    (
        SELECT arraySort(
            row -> (-toInt64(row.3), row.1),
            groupArray((sequence_id, nullIf(name, ''), enrollments, completed, replied, percent_of(replied, enrollments)))) AS rows
        FROM sequences
        LEFT JOIN names ON names.id = sequences.sequence_id
    ),
    counts AS
    (
        SELECT
            bucket,
            uniqExactIf(entity_hash, isEnrolled) AS enrollments,
            uniqExactIf(entity_hash, isCompleted) AS completed,
            uniqExactIf(entity_hash, isReplied) AS replied
        FROM events
        GROUP BY bucket
    ),
    buckets AS
    (
        SELECT arrayJoin(bucket_starts(rangeStart, rangeEnd, granularity, {timezone:String})) AS bucket
    ),
    -- every bucket of the range, those in which nothing happened too
    series AS
    (
        SELECT
            bucket,
            enrollments,
            completed,
            replied
        FROM buckets
        LEFT JOIN counts USING (bucket)
        ORDER BY bucket
    ),
    timeline AS
    (
        SELECT groupArray((iso_instant(bucket, {timezone:String}), enrollments, completed, replied)) AS rows
        FROM series
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        (
            totalEnrollments,
            activeEnrollments,
            completedEnrollments,
            repliedEnrollments,
            percent_of(repliedEnrollments, totalEnrollments)
        ),
        'Tuple(totalEnrollments UInt64, activeEnrollments UInt64, completedEnrollments UInt64, repliedEnrollments UInt64, avgReplyRate Nullable(Float64))') AS summary,
    CAST(
        funnel.rows,
        'Array(Tuple(stepNumber UInt32, executed UInt64, replied UInt64))') AS stepFunnel,
    CAST(
        top.rows,
        'Array(Tuple(sequenceId String, name Nullable(String), enrollments UInt64, completed UInt64, replied UInt64, replyRate Nullable(Float64)))') AS topSequences,
    CAST(
        timeline.rows,
        'Array(Tuple(timestamp String, enrollments UInt64, completed UInt64, replied UInt64))') AS timeSeries
FROM totals
CROSS JOIN funnel
CROSS JOIN top
CROSS JOIN timeline

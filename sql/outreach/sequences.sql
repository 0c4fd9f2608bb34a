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
    totals AS
    (
        SELECT
            uniqExactIf(entity_hash, event_type = 'sequence_enrolled') AS totalEnrollments,
            uniqExactIf(entity_hash, event_type = 'sequence_completed') AS completedEnrollments,
            uniqExactIf(entity_hash, event_type = 'sequence_replied') AS repliedEnrollments,
            -- Enrolled but not done: all that did anything, without those that are done.
            uniqExact(entity_hash) - uniqExactIf(entity_hash, event_type != 'sequence_enrolled') AS activeEnrollments
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('sequence_enrolled', 'sequence_completed', 'sequence_replied')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND ({sequenceId:Nullable(String)} IS NULL OR sequence_id = {sequenceId:Nullable(String)})
    ),
    steps AS
    (
        SELECT
            step_number,
            uniqExactIf(entity_hash, event_type = 'sequence_step_executed') AS executed,
            uniqExactIf(entity_hash, event_type = 'sequence_replied') AS replied
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('sequence_step_executed', 'sequence_replied')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND step_number IS NOT NULL
            AND ({sequenceId:Nullable(String)} IS NULL OR sequence_id = {sequenceId:Nullable(String)})
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
            uniqExactIf(entity_hash, event_type = 'sequence_enrolled') AS enrollments,
            uniqExactIf(entity_hash, event_type = 'sequence_completed') AS completed,
            uniqExactIf(entity_hash, event_type = 'sequence_replied') AS replied
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('sequence_enrolled', 'sequence_completed', 'sequence_replied')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND sequence_id != ''
            AND ({sequenceId:Nullable(String)} IS NULL OR sequence_id = {sequenceId:Nullable(String)})
        GROUP BY sequence_id
        HAVING enrollments > 0
        ORDER BY
            enrollments DESC,
            sequence_id
        LIMIT {limit:UInt16}
    ),
    top AS
    (
        SELECT arraySort(
            row -> (-toInt64(row.3), row.1),
            groupArray(
                (
                    toString(sequence_id),
                    nullIf(name, ''),
                    enrollments,
                    completed,
                    replied,
                    percent_of(replied, enrollments)
                ))) AS rows
        FROM sequences
        LEFT JOIN names ON names.id = sequences.sequence_id
    ),
    buckets AS
    (
        SELECT
            bucket,
            sumIf(things, event_type = 'sequence_enrolled') AS enrollments,
            sumIf(things, event_type = 'sequence_completed') AS completed,
            sumIf(things, event_type = 'sequence_replied') AS replied
        FROM
        (
            SELECT
                event_type,
                bucket_start(occurred_at, {granularity:Enum('hour', 'day', 'week', 'month')}, {timezone:String}) AS bucket,
                uniqExact(entity_hash) AS things
            FROM outreach_events
            WHERE tenant_id = {tenantId:String}
                AND event_type IN ('sequence_enrolled', 'sequence_completed', 'sequence_replied')
                AND occurred_at >= rangeStart
                AND occurred_at < rangeEnd
                AND ({sequenceId:Nullable(String)} IS NULL OR sequence_id = {sequenceId:Nullable(String)})
            GROUP BY
                event_type,
                bucket
            UNION ALL
            SELECT
                '' AS event_type,
                arrayJoin(bucket_starts(rangeStart, rangeEnd, {granularity:Enum('hour', 'day', 'week', 'month')}, {timezone:String})) AS bucket,
                0 AS things
        )
        GROUP BY bucket
        ORDER BY bucket
    ),
    timeline AS
    (
        SELECT groupArray((iso_instant(bucket, {timezone:String}), enrollments, completed, replied)) AS rows
        FROM buckets
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

/*---
summary: When messages are sent
description: |
  Messages sent by the hour of the day, by the day of the week and per bucket of time, in the timezone. A message counts
  once in each hour, day and bucket in which it has a sent event. peakHours lists the hours that have some, most first, ties by
  hour; byDayOfWeek has all seven days, Monday first. A sent event happens when its message is sent, so
  both attributions come to the same.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  attribution: { description: "As in the other endpoints, so that all can be asked alike; it changes nothing here", default: event }
  granularity: { description: "Length of a bucket of the timeSeries. Weeks start on Monday", default: day }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  peakHours: "Hours of the day (0 to 23) with any message, most messages first"
  byDayOfWeek: "Monday to Sunday, days without messages included"
  timeSeries: "Every bucket of the range, oldest first, by the start of the bucket; the first and last may be partial"
  timeSeries.timestamp: { format: date-time }
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    toString({granularity:Enum('hour', 'day', 'week')}) AS granularity,
    sends AS
    (
        SELECT
            entity_hash,
            occurred_at
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type = 'message_sent'
            -- always so: of sent messages, both attributions come to the same
            AND {attribution:Enum('event', 'send')} IN ('event', 'send')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
    ),
    hours AS
    (
        SELECT
            toHour(occurred_at, {timezone:String}) AS hour,
            uniqExact(entity_hash) AS messageCount
        FROM sends
        GROUP BY hour
    ),
    peaks AS
    (
        SELECT arraySort(row -> (-toInt64(row.2), row.1), groupArray((hour, messageCount))) AS rows
        FROM hours
    ),
    weekdays AS
    (
        SELECT
            toDayOfWeek(occurred_at, 0, {timezone:String}) AS weekday,
            uniqExact(entity_hash) AS messageCount
        FROM sends
        GROUP BY weekday
    ),
    week AS
    (
        SELECT mapFromArrays(groupArray(weekday), groupArray(messageCount)) AS messageCounts
        FROM weekdays
    ),
    counts AS
    (
        SELECT
            bucket_start(occurred_at, granularity, {timezone:String}) AS bucket,
            uniqExact(entity_hash) AS messageCount
        FROM sends
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
            messageCount
        FROM buckets
        LEFT JOIN counts USING (bucket)
        ORDER BY bucket
    ),
    timeline AS
    (
        SELECT groupArray((iso_instant(bucket, {timezone:String}), messageCount)) AS rows
        FROM series
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(peaks.rows, 'Array(Tuple(hour UInt8, messageCount UInt64))') AS peakHours,
    CAST(
        arrayMap(
            (day, weekday) -> (day, messageCounts[weekday]),
            ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
            range(1, 8)),
        'Array(Tuple(day String, messageCount UInt64))') AS byDayOfWeek,
    CAST(timeline.rows, 'Array(Tuple(timestamp String, messageCount UInt64))') AS timeSeries
FROM peaks
CROSS JOIN week
CROSS JOIN timeline

/*---
summary: Messaging at a glance
description: |
  Messages sent, delivered, opened and clicked: in all, per channel, and per day of the timezone.
  A message counts once in each number, however many events tell of it. byChannel lists the channels that have any of
  these events in the range, in the order email, sms, whatsapp, push; an event without a channel counts in the totals
  alone. trend has every day of the range.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
cache: { ttl: 1h, fresh: 10s }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  summary.totalMessagesSent: Messages sent in the range
  summary.totalDelivered: Messages delivered in the range
  summary.totalOpened: Messages opened in the range
  summary.totalClicked: Messages clicked in the range
  summary.deliveryRate: "delivered / sent, in percent; null when nothing was sent"
  summary.openRate: "opened / delivered, in percent; null when nothing was delivered"
  summary.clickRate: "clicked / delivered, in percent; null when nothing was delivered"
  byChannel: Channels with any event in the range
  trend: "Every day of the range, oldest first; a message counts on each day on which it has the event"
  trend.date: { format: date }
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    lists AS
    (
        SELECT
            outreach_list(entity_hash, 5, bucket_start(occurred_at, 'day', {timezone:String}), event_type) AS list,
            groupArray(outreach_list_member(entity_hash, channel)) AS members
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
        GROUP BY list
    ),
    slices AS
    (
        SELECT
            bitAnd(list, 7) AS type,
            groupArrayArray(members) AS sliceMembers,
            groupArray(toUInt32(bitShiftRight(list, 3))) AS buckets,
            groupArray(arrayUniq(arrayMap(member -> bitShiftRight(member, 3), members))) AS bucketCounts
        FROM lists
        GROUP BY
            bitShiftRight(list, 35),
            type
    ),
    counted AS
    (
        SELECT
            type,
            buckets,
            bucketCounts,
            -- sorted, equal ones are neighbours: a set of so many would not fit the processor's cache
            arraySort(sliceMembers) AS sorted,
            length(arrayCompact(arrayMap(member -> bitShiftRight(member, 3), sorted))) AS messages,
            arrayMap(member -> toUInt8(bitAnd(member, 7)), arrayCompact(sorted)) AS channels,
            -- on any channel or none, then by channel
            [messages, countEqual(channels, 0), countEqual(channels, 1), countEqual(channels, 2), countEqual(channels, 3)] AS counts
        FROM slices
    ),
    totals AS
    (
        SELECT
            sumForEachIf(counts, type = 0) AS sent,
            sumForEachIf(counts, type = 1) AS delivered,
            sumForEachIf(counts, type = 2) AS opened,
            sumForEachIf(counts, type = 3) AS clicked,
            sumMapIf(buckets, bucketCounts, type = 0) AS sentIn,
            sumMapIf(buckets, bucketCounts, type = 1) AS deliveredIn,
            sumMapIf(buckets, bucketCounts, type = 2) AS openedIn,
            sumMapIf(buckets, bucketCounts, type = 3) AS clickedIn
        FROM counted
    ),
    series AS
    (
        SELECT bucket_starts(rangeStart, rangeEnd, 'day', {timezone:String}) AS starts
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        (
            sent[1],
            delivered[1],
            opened[1],
            clicked[1],
            percent_of(delivered[1], sent[1]),
            percent_of(opened[1], delivered[1]),
            percent_of(clicked[1], delivered[1])
        ),
        'Tuple(totalMessagesSent UInt64, totalDelivered UInt64, totalOpened UInt64, totalClicked UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64))') AS summary,
    CAST(
        arrayFilter(
            row -> row.2 + row.3 + row.4 + row.5 > 0,
            arrayMap(
                (channel, i) -> (
                    channel,
                    sent[i],
                    delivered[i],
                    opened[i],
                    clicked[i],
                    percent_of(delivered[i], sent[i]),
                    percent_of(opened[i], delivered[i]),
                    percent_of(clicked[i], delivered[i])
                ),
                ['email', 'sms', 'whatsapp', 'push'],
                [2, 3, 4, 5])),
        'Array(Tuple(channel String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64)))') AS byChannel,
    CAST(
        arrayMap(
            (bucket, sent, delivered, opened, clicked) -> (formatDateTime(bucket, '%Y-%m-%d', {timezone:String}), sent, delivered, opened, clicked),
            starts,
            bucket_values(sentIn, starts),
            bucket_values(deliveredIn, starts),
            bucket_values(openedIn, starts),
            bucket_values(clickedIn, starts)),
        'Array(Tuple(date String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64))') AS trend
FROM totals
CROSS JOIN series

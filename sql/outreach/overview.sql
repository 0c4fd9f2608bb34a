/*---
summary: Messaging at a glance
description: |
  Messages sent, delivered, opened and clicked: in all, per channel, and per day of the timezone.
  A message counts once in each number, however many events tell of it. byChannel lists the channels that have any of
  these events in the range, in the order email, sms, whatsapp, push; an event without a channel counts in the totals
  alone. trend has every day of the range.
  With `attribution: send`, the messages with a sent event in the range count, on its day and channel, and so does what
  became of them by now; what was opened or clicked was delivered, whether an event says so or not.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  attribution: { description: "To what an event belongs. With `event`, to the time at which it happened: a rate can pass 100 %. With `send`, to its message: of the messages sent in the range, what became of them by now; no rate passes 100 %", default: event }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  summary.totalMessagesSent: Messages sent in the range
  summary.totalDelivered: "Messages delivered in the range; with `attribution: send`, of those sent in it, by now"
  summary.totalOpened: "Messages opened in the range; with `attribution: send`, of those sent in it, by now"
  summary.totalClicked: "Messages clicked in the range; with `attribution: send`, of those sent in it, by now"
  summary.deliveryRate: "delivered / sent, in percent; null when nothing was sent; with `attribution: event` it can pass 100 in a short range"
  summary.openRate: "opened / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
  summary.clickRate: "clicked / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
  byChannel: Channels with any event that counts
  byChannel.deliveryRate: "delivered / sent, in percent; with `attribution: event` it can pass 100 in a short range"
  byChannel.openRate: "opened / delivered, in percent; with `attribution: event` it can pass 100 in a short range"
  byChannel.clickRate: "clicked / delivered, in percent; with `attribution: event` it can pass 100 in a short range"
  trend: "Every day of the range, oldest first; a message counts on each day on which it has the event; with `attribution: send`, on which it was sent"
  trend.date: { format: date }
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    deliveredMessages AS
    (
        SELECT entity_hash
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type = 'message_delivered'
            -- clocks differ: it may bear a time before that of the sending
            AND occurred_at >= rangeStart - toIntervalDay(1)
    ),
    openedMessages AS
    (
        SELECT entity_hash
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type = 'message_opened'
            AND occurred_at >= rangeStart - toIntervalDay(1)
    ),
    clickedMessages AS
    (
        SELECT entity_hash
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type = 'message_clicked'
            AND occurred_at >= rangeStart - toIntervalDay(1)
    ),
    -- a CTE of its own: a range that is refused must be met before the `if` below, whose branches swallow errors
    events AS
    (
        SELECT
            event_type,
            entity_hash,
            channel,
            occurred_at
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked')
            AND ({attribution:Enum('event', 'send')} = 'event' OR event_type = 'message_sent')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
    ),
    lists AS
    (
        WITH if(
            {attribution:Enum('event', 'send')} = 'send',
            outreach_sent_bits(
                entity_hash IN deliveredMessages,
                entity_hash IN openedMessages,
                entity_hash IN clickedMessages,
                0,
                0,
                0),
            outreach_event_bit(event_type)) AS bits
        SELECT
            outreach_list(entity_hash, 5, bucket_start(occurred_at, 'day', {timezone:String}), bits) AS list,
            groupArray(outreach_list_member(entity_hash, channel)) AS members
        FROM events
        GROUP BY list
    ),
    slices AS
    (
        SELECT
            bitAnd(list, 127) AS bits,
            groupArrayArray(members) AS sliceMembers,
            groupArray(toUInt32(bitShiftRight(list, 7))) AS buckets,
            groupArray(arrayUniq(arrayMap(member -> bitShiftRight(member, 3), members))) AS bucketCounts
        FROM lists
        GROUP BY
            bitShiftRight(list, 39),
            bits
    ),
    counted AS
    (
        SELECT
            bits,
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
            sumForEachIf(counts, bitTest(bits, 0)) AS sent,
            sumForEachIf(counts, bitTest(bits, 1)) AS delivered,
            sumForEachIf(counts, bitTest(bits, 2)) AS opened,
            sumForEachIf(counts, bitTest(bits, 3)) AS clicked,
            sumMapIf(buckets, bucketCounts, bitTest(bits, 0)) AS sentIn,
            sumMapIf(buckets, bucketCounts, bitTest(bits, 1)) AS deliveredIn,
            sumMapIf(buckets, bucketCounts, bitTest(bits, 2)) AS openedIn,
            sumMapIf(buckets, bucketCounts, bitTest(bits, 3)) AS clickedIn
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

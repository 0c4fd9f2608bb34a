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
    {attribution:Enum('event', 'send')} = 'send' AS bySend,
    -- what has become of messages by now; read for `attribution: send` alone
    outcomes AS
    (
        SELECT
            event_type,
            entity_hash
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            -- clocks differ: one may bear a time before that of the sending
            AND occurred_at >= rangeStart - toIntervalDay(1)
    ),
    deliveredMessages AS
    (
        SELECT entity_hash
        FROM outcomes
        WHERE event_type = 'message_delivered'
    ),
    openedMessages AS
    (
        SELECT entity_hash
        FROM outcomes
        WHERE event_type = 'message_opened'
    ),
    clickedMessages AS
    (
        SELECT entity_hash
        FROM outcomes
        WHERE event_type = 'message_clicked'
    ),
    -- the events of the range, and the numbers in which each counts
    events AS
    (
        SELECT
            entity_hash,
            channel,
            bucket_start(occurred_at, 'day', {timezone:String}) AS day,
            event_type = 'message_sent' AS isSent,
            event_type = 'message_opened' OR (bySend AND entity_hash IN openedMessages) AS isOpened,
            event_type = 'message_clicked' OR (bySend AND entity_hash IN clickedMessages) AS isClicked,
            -- what was opened or clicked was delivered, whether an event says so or not
            event_type = 'message_delivered' OR (bySend AND (entity_hash IN deliveredMessages OR isOpened OR isClicked)) AS isDelivered
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked')
            AND (NOT bySend OR event_type = 'message_sent')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
    ),
    -- messages in lists, by the numbers in which they count: distinct ones are counted in less than half the time of uniqExact
    lists AS
    (
        SELECT
            isSent,
            isDelivered,
            isOpened,
            isClicked,
            day,
            outreach_slice(entity_hash) AS slice,
            groupArray(outreach_message(entity_hash, channel)) AS messages
        FROM events
        GROUP BY ALL
    ),
    counts AS
    (
        SELECT
            isSent,
            isDelivered,
            isOpened,
            isClicked,
            slice,
            outreach_messages_by_channel(groupArrayArray(messages)) AS messagesByChannel,
            groupArray(toUInt32(day)) AS days,
            groupArray(outreach_distinct_messages(messages)) AS messagesByDay
        FROM lists
        GROUP BY ALL
    ),
    totals AS
    (
        SELECT
            sumMapIf(messagesByChannel, isSent) AS sent,
            sumMapIf(messagesByChannel, isDelivered) AS delivered,
            sumMapIf(messagesByChannel, isOpened) AS opened,
            sumMapIf(messagesByChannel, isClicked) AS clicked,
            sumMapIf(days, messagesByDay, isSent) AS sentByDay,
            sumMapIf(days, messagesByDay, isDelivered) AS deliveredByDay,
            sumMapIf(days, messagesByDay, isOpened) AS openedByDay,
            sumMapIf(days, messagesByDay, isClicked) AS clickedByDay
        FROM counts
    ),
    series AS
    (
        SELECT bucket_starts(rangeStart, rangeEnd, 'day', {timezone:String}) AS starts
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        (
            sent['all'],
            delivered['all'],
            opened['all'],
            clicked['all'],
            percent_of(delivered['all'], sent['all']),
            percent_of(opened['all'], delivered['all']),
            percent_of(clicked['all'], delivered['all'])
        ),
        'Tuple(totalMessagesSent UInt64, totalDelivered UInt64, totalOpened UInt64, totalClicked UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64))') AS summary,
    CAST(
        arrayFilter(
            row -> row.2 + row.3 + row.4 + row.5 > 0,
            arrayMap(
                channel -> (
                    channel,
                    sent[channel],
                    delivered[channel],
                    opened[channel],
                    clicked[channel],
                    percent_of(delivered[channel], sent[channel]),
                    percent_of(opened[channel], delivered[channel]),
                    percent_of(clicked[channel], delivered[channel])
                ),
                ['email', 'sms', 'whatsapp', 'push'])),
        'Array(Tuple(channel String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64)))') AS byChannel,
    CAST(
        arrayMap(
            (day, sent, delivered, opened, clicked) -> (formatDateTime(day, '%Y-%m-%d', {timezone:String}), sent, delivered, opened, clicked),
            starts,
            bucket_values(sentByDay, starts),
            bucket_values(deliveredByDay, starts),
            bucket_values(openedByDay, starts),
            bucket_values(clickedByDay, starts)),
        'Array(Tuple(date String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64))') AS trend
FROM totals
CROSS JOIN series

/*---
summary: Messages and what became of them
description: |
  Messages sent, delivered, opened, clicked, bounced, complained about and unsubscribed by: in all, per bucket of time,
  and per channel. A message counts once in each number, however many events tell of it. byChannel lists the channels
  that have any of these events in the range, in the order email, sms, whatsapp, push; an event without a
  channel counts in the totals alone.
  With `attribution: send`, the messages with a sent event in the range count, in its bucket and on its channel, and so
  does what became of them by now; what was opened or clicked was delivered, whether an event says so or not.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  attribution: { description: "To what an event belongs. With `event`, to the time at which it happened: a rate can pass 100 %. With `send`, to its message: of the messages sent in the range, what became of them by now; no rate passes 100 %", default: event }
  granularity: { description: "Length of a bucket of the timeSeries. Weeks start on Monday", default: day }
  channel: { description: "Only messages on this channel" }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  summary.deliveryRate: "delivered / sent, in percent; null when nothing was sent; with `attribution: event` it can pass 100 in a short range"
  summary.openRate: "opened / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
  summary.clickRate: "clicked / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
  summary.bounceRate: "bounced / sent, in percent; null when nothing was sent; with `attribution: event` it can pass 100 in a short range"
  timeSeries: "Every bucket of the range, oldest first, by the start of the bucket; the first and last may be partial"
  timeSeries.timestamp: { format: date-time }
  byChannel: Channels with any event that counts
  byChannel.deliveryRate: "delivered / sent, in percent; with `attribution: event` it can pass 100 in a short range"
  byChannel.openRate: "opened / delivered, in percent; with `attribution: event` it can pass 100 in a short range"
  byChannel.clickRate: "clicked / delivered, in percent; with `attribution: event` it can pass 100 in a short range"
  byChannel.bounceRate: "bounced / sent, in percent; with `attribution: event` it can pass 100 in a short range"
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    {attribution:Enum('event', 'send')} = 'send' AS bySend,
    toString({granularity:Enum('hour', 'day', 'week', 'month')}) AS granularity,
    toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))}) AS askedChannel,
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
    bouncedMessages AS
    (
        SELECT entity_hash
        FROM outcomes
        WHERE event_type = 'message_bounced'
    ),
    complainedMessages AS
    (
        SELECT entity_hash
        FROM outcomes
        WHERE event_type = 'message_complained'
    ),
    unsubscribedMessages AS
    (
        SELECT entity_hash
        FROM outcomes
        WHERE event_type = 'message_unsubscribed'
    ),
    -- the events of the range, and the numbers in which each counts
    events AS
    (
        SELECT
            entity_hash,
            channel,
            bucket_start(occurred_at, granularity, {timezone:String}) AS bucket,
            event_type = 'message_sent' AS isSent,
            event_type = 'message_opened' OR (bySend AND entity_hash IN openedMessages) AS isOpened,
            event_type = 'message_clicked' OR (bySend AND entity_hash IN clickedMessages) AS isClicked,
            -- what was opened or clicked was delivered, whether an event says so or not
            event_type = 'message_delivered' OR (bySend AND (entity_hash IN deliveredMessages OR isOpened OR isClicked)) AS isDelivered,
            event_type = 'message_bounced' OR (bySend AND entity_hash IN bouncedMessages) AS isBounced,
            event_type = 'message_complained' OR (bySend AND entity_hash IN complainedMessages) AS isComplained,
            event_type = 'message_unsubscribed' OR (bySend AND entity_hash IN unsubscribedMessages) AS isUnsubscribed
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced', 'message_complained', 'message_unsubscribed')
            AND (NOT bySend OR event_type = 'message_sent')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND (askedChannel IS NULL OR channel = askedChannel)
    ),
    -- messages in lists, by the numbers in which they count: distinct ones are counted in less than half the time of uniqExact
    lists AS
    (
        SELECT
            isSent,
            isDelivered,
            isOpened,
            isClicked,
            isBounced,
            isComplained,
            isUnsubscribed,
            bucket,
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
            isBounced,
            isComplained,
            isUnsubscribed,
            slice,
            outreach_messages_by_channel(groupArrayArray(messages)) AS messagesByChannel,
            groupArray(toUInt32(bucket)) AS buckets,
            groupArray(outreach_distinct_messages(messages)) AS messagesByBucket
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
            sumMapIf(messagesByChannel, isBounced) AS bounced,
            sumMapIf(messagesByChannel, isComplained) AS complained,
            sumMapIf(messagesByChannel, isUnsubscribed) AS unsubscribed,
            sumMapIf(buckets, messagesByBucket, isSent) AS sentByBucket,
            sumMapIf(buckets, messagesByBucket, isDelivered) AS deliveredByBucket,
            sumMapIf(buckets, messagesByBucket, isOpened) AS openedByBucket,
            sumMapIf(buckets, messagesByBucket, isClicked) AS clickedByBucket,
            sumMapIf(buckets, messagesByBucket, isBounced) AS bouncedByBucket,
            sumMapIf(buckets, messagesByBucket, isComplained) AS complainedByBucket,
            sumMapIf(buckets, messagesByBucket, isUnsubscribed) AS unsubscribedByBucket
        FROM counts
    ),
    series AS
    (
        SELECT bucket_starts(rangeStart, rangeEnd, granularity, {timezone:String}) AS starts
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        (
            sent['all'],
            delivered['all'],
            opened['all'],
            clicked['all'],
            bounced['all'],
            complained['all'],
            unsubscribed['all'],
            percent_of(delivered['all'], sent['all']),
            percent_of(opened['all'], delivered['all']),
            percent_of(clicked['all'], delivered['all']),
            percent_of(bounced['all'], sent['all'])
        ),
        'Tuple(sent UInt64, delivered UInt64, opened UInt64, clicked UInt64, bounced UInt64, complained UInt64, unsubscribed UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64), bounceRate Nullable(Float64))') AS summary,
    CAST(
        arrayMap(
            (bucket, sent, delivered, opened, clicked, bounced, complained, unsubscribed) -> (iso_instant(bucket, {timezone:String}), sent, delivered, opened, clicked, bounced, complained, unsubscribed),
            starts,
            bucket_values(sentByBucket, starts),
            bucket_values(deliveredByBucket, starts),
            bucket_values(openedByBucket, starts),
            bucket_values(clickedByBucket, starts),
            bucket_values(bouncedByBucket, starts),
            bucket_values(complainedByBucket, starts),
            bucket_values(unsubscribedByBucket, starts)),
        'Array(Tuple(timestamp String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64, bounced UInt64, complained UInt64, unsubscribed UInt64))') AS timeSeries,
    CAST(
        arrayFilter(
            row -> row.2 + row.3 + row.4 + row.5 + row.6 + row.7 + row.8 > 0,
            arrayMap(
                channel -> (
                    channel,
                    sent[channel],
                    delivered[channel],
                    opened[channel],
                    clicked[channel],
                    bounced[channel],
                    complained[channel],
                    unsubscribed[channel],
                    percent_of(delivered[channel], sent[channel]),
                    percent_of(opened[channel], delivered[channel]),
                    percent_of(clicked[channel], delivered[channel]),
                    percent_of(bounced[channel], sent[channel])
                ),
                ['email', 'sms', 'whatsapp', 'push'])),
        'Array(Tuple(channel String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64, bounced UInt64, complained UInt64, unsubscribed UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64), bounceRate Nullable(Float64)))') AS byChannel
FROM totals
CROSS JOIN series

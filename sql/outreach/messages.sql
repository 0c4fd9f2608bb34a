/*---
summary: Messages and what became of them
description: |
  Messages sent, delivered, opened, clicked, bounced, complained about and unsubscribed by: in all, per bucket of time,
  and per channel. A message counts once in each number, however many events tell of it. byChannel lists the channels
  that have any of these events in the range, in the order email, sms, whatsapp, push; an event without a
  channel counts in the totals alone.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31" }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  granularity: { description: "Length of a bucket of the timeSeries. Weeks start on Monday", default: day }
  channel: { description: "Only messages on this channel" }
cache: { ttl: 1h, fresh: 10s }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  summary.deliveryRate: "delivered / sent, in percent; null when nothing was sent"
  summary.openRate: "opened / delivered, in percent; null when nothing was delivered"
  summary.clickRate: "clicked / delivered, in percent; null when nothing was delivered"
  summary.bounceRate: "bounced / sent, in percent; null when nothing was sent"
  timeSeries: "Every bucket of the range, oldest first, by the start of the bucket; the first and last may be partial"
  byChannel: Channels with any event in the range
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    messages AS
    (
        SELECT groupBitOr(outreach_message_bit(event_type, channel)) AS messageBits
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced', 'message_complained', 'message_unsubscribed')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND ({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))} IS NULL OR channel = toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))}))
        GROUP BY entity_hash
    ),
    channel_counts AS
    (
        SELECT
            channelBits.1 AS channel,
            sumIf(messages, bitTest(channelBits.2, 0)) AS sent,
            sumIf(messages, bitTest(channelBits.2, 1)) AS delivered,
            sumIf(messages, bitTest(channelBits.2, 2)) AS opened,
            sumIf(messages, bitTest(channelBits.2, 3)) AS clicked,
            sumIf(messages, bitTest(channelBits.2, 4)) AS bounced,
            sumIf(messages, bitTest(channelBits.2, 5)) AS complained,
            sumIf(messages, bitTest(channelBits.2, 6)) AS unsubscribed
        FROM
        (
            SELECT
                messageBits,
                count() AS messages
            FROM messages
            GROUP BY messageBits
        )
        ARRAY JOIN outreach_channel_bits(messageBits) AS channelBits
        WHERE channelBits.2 != 0
        GROUP BY channel
    ),
    totals AS
    (
        SELECT
            (
                sumIf(sent, channel = ''),
                sumIf(delivered, channel = ''),
                sumIf(opened, channel = ''),
                sumIf(clicked, channel = ''),
                sumIf(bounced, channel = ''),
                sumIf(complained, channel = ''),
                sumIf(unsubscribed, channel = '')
            ) AS total,
            arraySort(
                row -> indexOf(['email', 'sms', 'whatsapp', 'push'], row.1),
                groupArrayIf(
                    (
                        channel,
                        sent,
                        delivered,
                        opened,
                        clicked,
                        bounced,
                        complained,
                        unsubscribed,
                        percent_of(delivered, sent),
                        percent_of(opened, delivered),
                        percent_of(clicked, delivered),
                        percent_of(bounced, sent)
                    ),
                    channel != '')) AS channels
        FROM channel_counts
    ),
    buckets AS
    (
        SELECT
            bucket,
            sumIf(things, event_type = 'message_sent') AS sent,
            sumIf(things, event_type = 'message_delivered') AS delivered,
            sumIf(things, event_type = 'message_opened') AS opened,
            sumIf(things, event_type = 'message_clicked') AS clicked,
            sumIf(things, event_type = 'message_bounced') AS bounced,
            sumIf(things, event_type = 'message_complained') AS complained,
            sumIf(things, event_type = 'message_unsubscribed') AS unsubscribed
        FROM
        (
            SELECT
                event_type,
                bucket_start(occurred_at, {granularity:Enum('hour', 'day', 'week', 'month')}, {timezone:String}) AS bucket,
                uniqExact(entity_hash) AS things
            FROM outreach_events
            WHERE tenant_id = {tenantId:String}
                AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced', 'message_complained', 'message_unsubscribed')
                AND occurred_at >= rangeStart
                AND occurred_at < rangeEnd
                AND ({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))} IS NULL OR channel = toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))}))
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
        SELECT groupArray((iso_instant(bucket, {timezone:String}), sent, delivered, opened, clicked, bounced, complained, unsubscribed)) AS rows
        FROM buckets
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        (
            total.1,
            total.2,
            total.3,
            total.4,
            total.5,
            total.6,
            total.7,
            percent_of(total.2, total.1),
            percent_of(total.3, total.2),
            percent_of(total.4, total.2),
            percent_of(total.5, total.1)
        ),
        'Tuple(sent UInt64, delivered UInt64, opened UInt64, clicked UInt64, bounced UInt64, complained UInt64, unsubscribed UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64), bounceRate Nullable(Float64))') AS summary,
    CAST(
        timeline.rows,
        'Array(Tuple(timestamp String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64, bounced UInt64, complained UInt64, unsubscribed UInt64))') AS timeSeries,
    CAST(
        channels,
        'Array(Tuple(channel String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64, bounced UInt64, complained UInt64, unsubscribed UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64), bounceRate Nullable(Float64)))') AS byChannel
FROM totals
CROSS JOIN timeline

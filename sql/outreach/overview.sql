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
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31" }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
cache: { ttl: 1h, fresh: 10s }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  summary.totalMessagesSent: Messages sent in the range
  summary.totalDelivered: Messages delivered in the range
  summary.totalOpened: Messages opened in the range
  summary.totalClicked: Messages clicked in the range
  summary.deliveryRate: "delivered / sent, in percent; null when nothing was sent"
  summary.openRate: "opened / delivered, in percent; null when nothing was delivered"
  summary.clickRate: "clicked / delivered, in percent; null when nothing was delivered"
  byChannel: Channels with any event in the range
  trend: "Every day of the range, oldest first; a message counts on each day on which it has the event"
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    messages AS
    (
        SELECT groupBitOr(outreach_message_bit(event_type, channel)) AS messageBits
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
        GROUP BY entity_hash
    ),
    channel_counts AS
    (
        SELECT
            channelBits.1 AS channel,
            sumIf(messages, bitTest(channelBits.2, 0)) AS sent,
            sumIf(messages, bitTest(channelBits.2, 1)) AS delivered,
            sumIf(messages, bitTest(channelBits.2, 2)) AS opened,
            sumIf(messages, bitTest(channelBits.2, 3)) AS clicked
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
            sumIf(sent, channel = '') AS totalMessagesSent,
            sumIf(delivered, channel = '') AS totalDelivered,
            sumIf(opened, channel = '') AS totalOpened,
            sumIf(clicked, channel = '') AS totalClicked,
            arraySort(
                row -> indexOf(['email', 'sms', 'whatsapp', 'push'], row.1),
                groupArrayIf(
                    (
                        channel,
                        sent,
                        delivered,
                        opened,
                        clicked,
                        percent_of(delivered, sent),
                        percent_of(opened, delivered),
                        percent_of(clicked, delivered)
                    ),
                    channel != '')) AS channels
        FROM channel_counts
    ),
    days AS
    (
        SELECT
            bucket,
            sumIf(things, event_type = 'message_sent') AS sent,
            sumIf(things, event_type = 'message_delivered') AS delivered,
            sumIf(things, event_type = 'message_opened') AS opened,
            sumIf(things, event_type = 'message_clicked') AS clicked
        FROM
        (
            SELECT
                event_type,
                bucket_start(occurred_at, 'day', {timezone:String}) AS bucket,
                uniqExact(entity_hash) AS things
            FROM outreach_events
            WHERE tenant_id = {tenantId:String}
                AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked')
                AND occurred_at >= rangeStart
                AND occurred_at < rangeEnd
            GROUP BY
                event_type,
                bucket
            UNION ALL
            SELECT
                '' AS event_type,
                arrayJoin(bucket_starts(rangeStart, rangeEnd, 'day', {timezone:String})) AS bucket,
                0 AS things
        )
        GROUP BY bucket
        ORDER BY bucket
    ),
    trends AS
    (
        SELECT groupArray((formatDateTime(bucket, '%Y-%m-%d', {timezone:String}), sent, delivered, opened, clicked)) AS days
        FROM days
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        (
            totalMessagesSent,
            totalDelivered,
            totalOpened,
            totalClicked,
            percent_of(totalDelivered, totalMessagesSent),
            percent_of(totalOpened, totalDelivered),
            percent_of(totalClicked, totalDelivered)
        ),
        'Tuple(totalMessagesSent UInt64, totalDelivered UInt64, totalOpened UInt64, totalClicked UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64))') AS summary,
    CAST(
        channels,
        'Array(Tuple(channel String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64, deliveryRate Nullable(Float64), openRate Nullable(Float64), clickRate Nullable(Float64)))') AS byChannel,
    CAST(
        trends.days,
        'Array(Tuple(date String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64))') AS trend
FROM totals
CROSS JOIN trends

/*---
summary: Campaigns and how they did
description: |
  How many campaigns there were, how they did, the largest ones, and their messages per bucket of time.
  A campaign counts when it started, completed or had a message sent in the range. With a channel, only messages on it
  count, and only campaigns that had one sent, or whose own event names the channel. totalRecipients are the distinct
  contacts of all messages that campaigns sent. The averages are plain means of the campaigns' rates, over the counted
  campaigns with something delivered.
  With `attribution: send`, the messages with a sent event in the range count, for its campaign, in its bucket and on its
  channel, and so does what became of them by now; what was opened or clicked was delivered, whether an event says so or not.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 30d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  attribution: { description: "To what an event belongs. With `event`, to the time at which it happened: a rate can pass 100 %. With `send`, to its message: of the messages sent in the range, what became of them by now; no rate passes 100 %", default: send }
  granularity: { description: "Length of a bucket of the timeSeries. Weeks start on Monday", default: day }
  campaignId: { description: "Only this campaign", maxLength: 256 }
  channel: { description: "Only messages on this channel" }
  limit: { description: "How many campaigns to list", default: 10, minimum: 1, maximum: 100 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  summary.totalCampaigns: "Campaigns that started, completed or had a message sent"
  summary.completedCampaigns: Of those, the campaigns that completed in the range
  summary.totalRecipients: Distinct contacts of the messages sent, over all campaigns
  summary.avgOpenRate: "Mean over campaigns of opened / delivered, in percent; with `attribution: event` it can pass 100 in a short range"
  summary.avgClickRate: "Mean over campaigns of clicked / delivered, in percent; with `attribution: event` it can pass 100 in a short range"
  topCampaigns: "By messages sent, most first, then by campaignId; the name is null as long as no event told it"
  topCampaigns.openRate: "opened / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
  topCampaigns.clickRate: "clicked / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
  timeSeries: "Messages of campaigns in every bucket of the range, oldest first, by the start of the bucket; the first and last may be partial"
  timeSeries.timestamp: { format: date-time }
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
    names AS
    (
        SELECT
            id,
            max(latest).name AS name
        FROM outreach_names
        WHERE tenant_id = {tenantId:String}
            AND kind = 'campaign'
        GROUP BY id
    ),
    -- a CTE of its own: a range that is refused must be met before the `if` below, whose branches swallow errors
    events AS
    (
        SELECT
            campaign_id,
            event_type,
            entity_hash,
            channel,
            occurred_at
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'campaign_started', 'campaign_completed')
            AND ({attribution:Enum('event', 'send')} = 'event' OR event_type IN ('message_sent', 'campaign_started', 'campaign_completed'))
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND campaign_id != ''
            AND ({campaignId:Nullable(String)} IS NULL OR campaign_id = {campaignId:Nullable(String)})
            AND (({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))} IS NULL OR channel = toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))})) OR event_type IN ('campaign_started', 'campaign_completed'))
    ),
    campaigns AS
    (
        SELECT
            campaign_id,
            sumIf(things, bitTest(bits, 0)) AS sent,
            sumIf(things, bitTest(bits, 1)) AS delivered,
            sumIf(things, bitTest(bits, 2)) AS opened,
            sumIf(things, bitTest(bits, 3)) AS clicked,
            countIf(event_type = 'campaign_completed') > 0 AS completed,
            countIf(event_type IN ('campaign_started', 'campaign_completed') AND isOnChannel) > 0 AS hasOwnEvent
        FROM
        (
            SELECT
                campaign_id,
                event_type,
                if(
                    {attribution:Enum('event', 'send')} = 'send',
                    if(
                        event_type = 'message_sent',
                        outreach_sent_bits(
                            entity_hash IN deliveredMessages,
                            entity_hash IN openedMessages,
                            entity_hash IN clickedMessages,
                            0,
                            0,
                            0),
                        0),
                    outreach_event_bit(event_type)) AS bits,
                uniqExact(entity_hash) AS things,
                countIf({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))} IS NULL OR channel = toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))})) > 0 AS isOnChannel
            FROM events
            GROUP BY
                campaign_id,
                event_type,
                bits
        )
        GROUP BY campaign_id
        HAVING sent > 0 OR hasOwnEvent
    ),
    totals AS
    (
        SELECT
            count() AS totalCampaigns,
            countIf(completed) AS completedCampaigns,
            two_decimals(avgIf(100 * opened / delivered, delivered > 0)) AS avgOpenRate,
            two_decimals(avgIf(100 * clicked / delivered, delivered > 0)) AS avgClickRate,
            arraySlice(
                arraySort(
                    row -> (-toInt64(row.3), row.1),
                    groupArray(
                        (
                            toString(campaign_id),
                            nullIf(name, ''),
                            sent,
                            percent_of(opened, delivered),
                            percent_of(clicked, delivered)
                        ))),
                1,
                {limit:UInt16}) AS top
        FROM campaigns
        LEFT JOIN names ON names.id = campaigns.campaign_id
    ),
    recipients AS
    (
        SELECT uniqExact(contact_hash) AS totalRecipients
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type = 'message_sent'
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND campaign_id != ''
            AND contact_hash != sipHash64('')
            AND ({campaignId:Nullable(String)} IS NULL OR campaign_id = {campaignId:Nullable(String)})
            AND ({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))} IS NULL OR channel = toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))}))
    ),
    buckets AS
    (
        SELECT
            bucket,
            sumIf(things, bitTest(bits, 0)) AS sent,
            sumIf(things, bitTest(bits, 1)) AS delivered,
            sumIf(things, bitTest(bits, 2)) AS opened,
            sumIf(things, bitTest(bits, 3)) AS clicked
        FROM
        (
            SELECT
                if(
                    {attribution:Enum('event', 'send')} = 'send',
                    outreach_sent_bits(
                        entity_hash IN deliveredMessages,
                        entity_hash IN openedMessages,
                        entity_hash IN clickedMessages,
                        0,
                        0,
                        0),
                    outreach_event_bit(event_type)) AS bits,
                bucket_start(occurred_at, {granularity:Enum('hour', 'day', 'week', 'month')}, {timezone:String}) AS bucket,
                uniqExact(entity_hash) AS things
            FROM events
            WHERE event_type NOT IN ('campaign_started', 'campaign_completed')
            GROUP BY
                bits,
                bucket
            UNION ALL
            SELECT
                0 AS bits,
                arrayJoin(bucket_starts(rangeStart, rangeEnd, {granularity:Enum('hour', 'day', 'week', 'month')}, {timezone:String})) AS bucket,
                0 AS things
        )
        GROUP BY bucket
        ORDER BY bucket
    ),
    timeline AS
    (
        SELECT groupArray((iso_instant(bucket, {timezone:String}), sent, delivered, opened, clicked)) AS rows
        FROM buckets
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        (totalCampaigns, completedCampaigns, totalRecipients, avgOpenRate, avgClickRate),
        'Tuple(totalCampaigns UInt64, completedCampaigns UInt64, totalRecipients UInt64, avgOpenRate Nullable(Float64), avgClickRate Nullable(Float64))') AS summary,
    CAST(
        top,
        'Array(Tuple(campaignId String, name Nullable(String), sent UInt64, openRate Nullable(Float64), clickRate Nullable(Float64)))') AS topCampaigns,
    CAST(
        timeline.rows,
        'Array(Tuple(timestamp String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64))') AS timeSeries
FROM totals
CROSS JOIN recipients
CROSS JOIN timeline

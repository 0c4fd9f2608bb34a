/*---
summary: Campaigns and how they did
description: |
  How many campaigns there were, how they did, the largest ones, and their messages per bucket of time.
  A campaign counts when it started, completed or had a message sent in the range. With a channel, only messages on it
  count, and only campaigns that had one sent, or whose own event names the channel. totalRecipients are the distinct
  contacts of all messages that campaigns sent. The averages are plain means of the campaigns' rates, over the counted
  campaigns of which something was delivered in the range.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 30d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  granularity: { description: "Length of a bucket of the timeSeries. Weeks start on Monday", default: day }
  campaignId: { description: "Only this campaign", maxLength: 256 }
  channel: { description: "Only messages on this channel" }
  limit: { description: "How many campaigns to list", default: 10, minimum: 1, maximum: 100 }
cache: { ttl: 1h, fresh: 10s }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  summary.totalCampaigns: "Campaigns that started, completed or had a message sent"
  summary.completedCampaigns: Of those, the campaigns that completed in the range
  summary.totalRecipients: Distinct contacts of the messages sent, over all campaigns
  summary.avgOpenRate: Mean over campaigns of opened / delivered, in percent
  summary.avgClickRate: Mean over campaigns of clicked / delivered, in percent
  topCampaigns: "By messages sent, most first, then by campaignId; the name is null as long as no event told it"
  timeSeries: "Messages of campaigns in every bucket of the range, oldest first, by the start of the bucket; the first and last may be partial"
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
            AND kind = 'campaign'
        GROUP BY id
    ),
    campaigns AS
    (
        SELECT
            campaign_id,
            uniqExactIf(entity_hash, event_type = 'message_sent') AS sent,
            uniqExactIf(entity_hash, event_type = 'message_delivered') AS delivered,
            uniqExactIf(entity_hash, event_type = 'message_opened') AS opened,
            uniqExactIf(entity_hash, event_type = 'message_clicked') AS clicked,
            countIf(event_type = 'campaign_completed') > 0 AS completed,
            countIf(event_type IN ('campaign_started', 'campaign_completed') AND ({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))} IS NULL OR channel = toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))}))) > 0 AS hasOwnEvent
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'campaign_started', 'campaign_completed')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND campaign_id != ''
            AND ({campaignId:Nullable(String)} IS NULL OR campaign_id = {campaignId:Nullable(String)})
            AND (({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))} IS NULL OR channel = toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))})) OR event_type IN ('campaign_started', 'campaign_completed'))
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
            sumIf(things, event_type = 'message_sent') AS sent,
            sumIf(things, event_type = 'message_delivered') AS delivered,
            sumIf(things, event_type = 'message_opened') AS opened,
            sumIf(things, event_type = 'message_clicked') AS clicked
        FROM
        (
            SELECT
                event_type,
                bucket_start(occurred_at, {granularity:Enum('hour', 'day', 'week', 'month')}, {timezone:String}) AS bucket,
                uniqExact(entity_hash) AS things
            FROM outreach_events
            WHERE tenant_id = {tenantId:String}
                AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked')
                AND occurred_at >= rangeStart
                AND occurred_at < rangeEnd
                AND campaign_id != ''
                AND ({campaignId:Nullable(String)} IS NULL OR campaign_id = {campaignId:Nullable(String)})
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

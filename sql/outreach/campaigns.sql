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
    -- the events of the range, and the numbers in which each counts
    events AS
    (
        SELECT
            campaign_id,
            entity_hash,
            contact_hash,
            bucket_start(occurred_at, granularity, {timezone:String}) AS bucket,
            askedChannel IS NULL OR channel = askedChannel AS isOnChannel,
            event_type IN ('campaign_started', 'campaign_completed') AS isOwn,
            event_type = 'campaign_completed' AS isCompleted,
            event_type = 'message_sent' AS isSent,
            event_type = 'message_opened' OR (bySend AND isSent AND entity_hash IN openedMessages) AS isOpened,
            event_type = 'message_clicked' OR (bySend AND isSent AND entity_hash IN clickedMessages) AS isClicked,
            -- what was opened or clicked was delivered, whether an event says so or not
            event_type = 'message_delivered' OR (bySend AND isSent AND (entity_hash IN deliveredMessages OR isOpened OR isClicked)) AS isDelivered
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'campaign_started', 'campaign_completed')
            AND (NOT bySend OR event_type IN ('message_sent', 'campaign_started', 'campaign_completed'))
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND campaign_id != ''
            AND ({campaignId:Nullable(String)} IS NULL OR campaign_id = {campaignId:Nullable(String)})
            AND (isOnChannel OR isOwn)
    ),
    campaigns AS
    (
        SELECT
            campaign_id,
            uniqExactIf(entity_hash, isSent) AS sent,
            uniqExactIf(entity_hash, isDelivered) AS delivered,
            uniqExactIf(entity_hash, isOpened) AS opened,
            uniqExactIf(entity_hash, isClicked) AS clicked,
            max(isCompleted) AS hasCompleted
        FROM events
        GROUP BY campaign_id
        HAVING sent > 0 OR max(isOwn AND isOnChannel)
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
    totals AS
    (
        SELECT
            count() AS totalCampaigns,
            countIf(hasCompleted) AS completedCampaigns,
            two_decimals(avgIf(100 * opened / delivered, delivered > 0)) AS avgOpenRate,
            two_decimals(avgIf(100 * clicked / delivered, delivered > 0)) AS avgClickRate,
            groupArray((campaign_id, nullIf(name, ''), sent, percent_of(opened, delivered), percent_of(clicked, delivered))) AS rows
        FROM campaigns
        LEFT JOIN names ON names.id = campaigns.campaign_id
    ),
    recipients AS
    (
        SELECT uniqExactIf(contact_hash, isSent AND contact_hash != sipHash64('')) AS totalRecipients
        FROM events
    ),
    counts AS
    (
        SELECT
            bucket,
            uniqExactIf(entity_hash, isSent) AS sent,
            uniqExactIf(entity_hash, isDelivered) AS delivered,
            uniqExactIf(entity_hash, isOpened) AS opened,
            uniqExactIf(entity_hash, isClicked) AS clicked
        FROM events
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
            sent,
            delivered,
            opened,
            clicked
        FROM buckets
        LEFT JOIN counts USING (bucket)
        ORDER BY bucket
    ),
    timeline AS
    (
        SELECT groupArray((iso_instant(bucket, {timezone:String}), sent, delivered, opened, clicked)) AS rows
        FROM series
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        (totalCampaigns, completedCampaigns, totalRecipients, avgOpenRate, avgClickRate),
        'Tuple(totalCampaigns UInt64, completedCampaigns UInt64, totalRecipients UInt64, avgOpenRate Nullable(Float64), avgClickRate Nullable(Float64))') AS summary,
    CAST(
        arraySlice(arraySort(row -> (-toInt64(row.3), row.1), totals.rows), 1, {limit:UInt16}),
        'Array(Tuple(campaignId String, name Nullable(String), sent UInt64, openRate Nullable(Float64), clickRate Nullable(Float64)))') AS topCampaigns,
    CAST(
        timeline.rows,
        'Array(Tuple(timestamp String, sent UInt64, delivered UInt64, opened UInt64, clicked UInt64))') AS timeSeries
FROM totals
CROSS JOIN recipients
CROSS JOIN timeline

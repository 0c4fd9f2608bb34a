/*---
summary: Best and worst templates
description: |
  Templates by the share of their delivered messages that were opened. usageCount is the messages sent with the template;
  only templates with at least minUsage of them are listed. Ties go to the more used, then to the lesser templateId; a
  template of which nothing was delivered has no openRate and comes last in both lists.
  With `attribution: send`, the messages with a sent event in the range count, for its template and on its channel, and so
  does what became of them by now; what was opened or clicked was delivered, whether an event says so or not.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 30d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  attribution: { description: "To what an event belongs. With `event`, to the time at which it happened: a rate can pass 100 %. With `send`, to its message: of the messages sent in the range, what became of them by now; no rate passes 100 %", default: send }
  templateId: { description: "Only this template", maxLength: 256 }
  channel: { description: "Only messages on this channel" }
  limit: { description: "How many templates in each of the two lists to list", default: 10, minimum: 1, maximum: 100 }
  minUsage: { description: "Fewest messages sent for a template to be listed", default: 100, minimum: 0, maximum: 1000000000 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  topTemplates: "By openRate, highest first; the name is null as long as no event told it"
  topTemplates.openRate: "opened / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
  topTemplates.clickRate: "clicked / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
  worstPerforming: "By openRate, lowest first"
  worstPerforming.openRate: "opened / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
  worstPerforming.clickRate: "clicked / delivered, in percent; null when nothing was delivered; with `attribution: event` it can pass 100 in a short range"
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    {attribution:Enum('event', 'send')} = 'send' AS bySend,
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
            template_id,
            entity_hash,
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
            AND template_id != ''
            AND ({templateId:Nullable(String)} IS NULL OR template_id = {templateId:Nullable(String)})
            AND (askedChannel IS NULL OR channel = askedChannel)
    ),
    templates AS
    (
        SELECT
            template_id,
            uniqExactIf(entity_hash, isSent) AS usageCount,
            uniqExactIf(entity_hash, isDelivered) AS delivered,
            uniqExactIf(entity_hash, isOpened) AS opened,
            uniqExactIf(entity_hash, isClicked) AS clicked
        FROM events
        GROUP BY template_id
        HAVING usageCount >= {minUsage:UInt32}
    ),
    names AS
    (
        SELECT
            id,
            max(latest).name AS name
        FROM outreach_names
        WHERE tenant_id = {tenantId:String}
            AND kind = 'template'
        GROUP BY id
    ),
    rated AS
    (
        SELECT groupArray((template_id, nullIf(name, ''), usageCount, percent_of(opened, delivered), percent_of(clicked, delivered))) AS rows
        FROM templates
        LEFT JOIN names ON names.id = templates.template_id
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(
        arraySlice(
            arraySort(row -> (row.4 IS NULL, -ifNull(row.4, 0), -toInt64(row.3), row.1), rows),
            1,
            {limit:UInt16}),
        'Array(Tuple(templateId String, name Nullable(String), usageCount UInt64, openRate Nullable(Float64), clickRate Nullable(Float64)))') AS topTemplates,
    CAST(
        arraySlice(
            arraySort(row -> (row.4 IS NULL, ifNull(row.4, 0), -toInt64(row.3), row.1), rows),
            1,
            {limit:UInt16}),
        'Array(Tuple(templateId String, name Nullable(String), usageCount UInt64, openRate Nullable(Float64), clickRate Nullable(Float64)))') AS worstPerforming
FROM rated

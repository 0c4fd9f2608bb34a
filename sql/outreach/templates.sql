/*---
summary: Best and worst templates
description: |
  Templates by the share of their delivered messages that were opened. usageCount is the messages sent with the template;
  only templates with at least minUsage of them are listed. Ties go to the more used, then to the lesser templateId; a
  template of which nothing was delivered has no openRate and comes last in both lists.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 30d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  templateId: { description: "Only this template", maxLength: 256 }
  channel: { description: "Only messages on this channel" }
  limit: { description: "How many templates in each of the two lists to list", default: 10, minimum: 1, maximum: 100 }
  minUsage: { description: "Fewest messages sent for a template to be listed", default: 100, minimum: 0, maximum: 1000000000 }
cache: { ttl: 1h, fresh: 10s }
returns: object
columns:
  timeRange: The range that was counted, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  topTemplates: "By openRate, highest first; the name is null as long as no event told it"
  worstPerforming: "By openRate, lowest first"
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
            AND kind = 'template'
        GROUP BY id
    ),
    templates AS
    (
        SELECT
            template_id,
            uniqExactIf(entity_hash, event_type = 'message_sent') AS usageCount,
            uniqExactIf(entity_hash, event_type = 'message_delivered') AS delivered,
            uniqExactIf(entity_hash, event_type = 'message_opened') AS opened,
            uniqExactIf(entity_hash, event_type = 'message_clicked') AS clicked
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type IN ('message_sent', 'message_delivered', 'message_opened', 'message_clicked')
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND template_id != ''
            AND ({templateId:Nullable(String)} IS NULL OR template_id = {templateId:Nullable(String)})
            AND ({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))} IS NULL OR channel = toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))}))
        GROUP BY template_id
        HAVING usageCount >= {minUsage:UInt32}
    ),
    rated AS
    (
        SELECT groupArray(
            (
                toString(template_id),
                nullIf(name, ''),
                usageCount,
                percent_of(opened, delivered),
                percent_of(clicked, delivered)
            )) AS rows
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

/*---
summary: The events behind a number
description: |
  The single events of the range, newest first (events of the same millisecond by id); one that was sent twice is there
  once. All filters must hold. Fields that an event does not have are empty strings. Pages by cursor are the cheaper ones,
  most of all with an eventType.
  For what is behind a number of `attribution: send`, ask for the same here: the range and the filters then choose messages
  by their sent events, and the answer holds all events of these messages, from a day before the range until now;
  eventType, entityType and entityId choose among them.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  attribution: { description: "`event`: the events that happened in the range. `send`: the events of the messages that were sent in the range", default: event }
  eventType: { description: "Only events of this type" }
  entityType: { description: "Only events of this type of entity" }
  channel: { description: "Only events on this channel" }
  entityId: { description: "Only this message, campaign, workflow run, enrolment or contact", maxLength: 256 }
  contactId: { description: "Only this contact", maxLength: 256 }
  userId: { description: "Only this user", maxLength: 256 }
  sourceType: { description: "Only this type of source, such as campaign", maxLength: 256 }
  sourceId: { description: "Only this source", maxLength: 256 }
  campaignId: { description: "Only this campaign", maxLength: 256 }
  workflowId: { description: "Only this workflow", maxLength: 256 }
  sequenceId: { description: "Only this sequence", maxLength: 256 }
  templateId: { description: "Only this template", maxLength: 256 }
page: { size: 100, max: 1000 }
cursor: { occurredAt: afterOccurredAt, id: afterId }
returns: list
columns:
  id: "Id of the event, as its producer gave it"
  metadata: What the producer added
  occurredAt: { description: When it happened, format: date-time }
  ingestedAt: { description: When Sluice received it, format: date-time }
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    {attribution:Enum('event', 'send')} = 'send' AS bySend,
    toString({eventType:Nullable(Enum('message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced', 'message_complained', 'message_unsubscribed', 'campaign_started', 'campaign_completed', 'workflow_run_started', 'workflow_run_completed', 'workflow_run_failed', 'workflow_goal_reached', 'sequence_enrolled', 'sequence_step_executed', 'sequence_replied', 'sequence_completed', 'contact_created', 'contact_updated'))}) AS askedEventType,
    toString({entityType:Nullable(Enum('message', 'campaign', 'workflow', 'sequence', 'contact'))}) AS askedEntityType,
    toString({channel:Nullable(Enum('email', 'sms', 'whatsapp', 'push'))}) AS askedChannel,
    -- messages that the filters choose, for `attribution: send` alone
    sentMessages AS
    (
        SELECT entity_hash
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            AND event_type = 'message_sent'
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND (askedChannel IS NULL OR channel = askedChannel)
            AND ({contactId:Nullable(String)} IS NULL OR contact_id = {contactId:Nullable(String)})
            AND ({userId:Nullable(String)} IS NULL OR user_id = {userId:Nullable(String)})
            AND ({sourceType:Nullable(String)} IS NULL OR source_type = {sourceType:Nullable(String)})
            AND ({sourceId:Nullable(String)} IS NULL OR source_id = {sourceId:Nullable(String)})
            AND ({campaignId:Nullable(String)} IS NULL OR campaign_id = {campaignId:Nullable(String)})
            AND ({workflowId:Nullable(String)} IS NULL OR workflow_id = {workflowId:Nullable(String)})
            AND ({sequenceId:Nullable(String)} IS NULL OR sequence_id = {sequenceId:Nullable(String)})
            AND ({templateId:Nullable(String)} IS NULL OR template_id = {templateId:Nullable(String)})
    ),
    matching AS
    (
        SELECT
            id,
            event_type,
            entity_type,
            entity_id,
            channel,
            contact_id,
            user_id,
            source_type,
            source_id,
            campaign_id,
            workflow_id,
            sequence_id,
            template_id,
            metadata,
            occurred_at,
            ingested_at
        FROM outreach_events
        WHERE tenant_id = {tenantId:String}
            -- clocks differ: what became of a message may bear a time before that of the sending
            AND occurred_at >= rangeStart - toIntervalDay(if(bySend, 1, 0))
            AND if(bySend, entity_type = 'message' AND entity_hash IN sentMessages, occurred_at < rangeEnd)
            -- plainly equal, not after an OR: then the rows of a type come in the order of the primary key
            AND event_type = if(askedEventType IS NULL, event_type, askedEventType)
            AND (askedEntityType IS NULL OR entity_type = askedEntityType)
            AND (bySend OR askedChannel IS NULL OR channel = askedChannel)
            AND ({entityId:Nullable(String)} IS NULL OR entity_id = {entityId:Nullable(String)})
            AND (bySend OR {contactId:Nullable(String)} IS NULL OR contact_id = {contactId:Nullable(String)})
            AND (bySend OR {userId:Nullable(String)} IS NULL OR user_id = {userId:Nullable(String)})
            AND (bySend OR {sourceType:Nullable(String)} IS NULL OR source_type = {sourceType:Nullable(String)})
            AND (bySend OR {sourceId:Nullable(String)} IS NULL OR source_id = {sourceId:Nullable(String)})
            AND (bySend OR {campaignId:Nullable(String)} IS NULL OR campaign_id = {campaignId:Nullable(String)})
            AND (bySend OR {workflowId:Nullable(String)} IS NULL OR workflow_id = {workflowId:Nullable(String)})
            AND (bySend OR {sequenceId:Nullable(String)} IS NULL OR sequence_id = {sequenceId:Nullable(String)})
            AND (bySend OR {templateId:Nullable(String)} IS NULL OR template_id = {templateId:Nullable(String)})
            -- in the first form, without the OR after it, the primary key takes part
            AND ({afterOccurredAt:Nullable(DateTime64(3, 'UTC'))} IS NULL
                OR (occurred_at <= {afterOccurredAt:Nullable(DateTime64(3, 'UTC'))}
                    AND (occurred_at < {afterOccurredAt:Nullable(DateTime64(3, 'UTC'))} OR id > {afterId:Nullable(UUID)})))
        ORDER BY
            occurred_at DESC,
            id
        -- copies of an event, until a merge drops them, are neighbours: no page boundary falls between them
        LIMIT 1 BY
            occurred_at,
            id
    )
SELECT
    id,
    event_type AS eventType,
    entity_type AS entityType,
    entity_id AS entityId,
    channel,
    contact_id AS contactId,
    user_id AS userId,
    source_type AS sourceType,
    source_id AS sourceId,
    campaign_id AS campaignId,
    workflow_id AS workflowId,
    sequence_id AS sequenceId,
    template_id AS templateId,
    json_members(metadata) AS metadata,
    iso_millis(occurred_at, {timezone:String}) AS occurredAt,
    iso_millis(ingested_at, {timezone:String}) AS ingestedAt
FROM matching
ORDER BY
    occurred_at DESC,
    id

-- migrate:up
-- Parses and checks the JSON of each line once. Two shapes of events map to the same columns:
--   flat      {"id", "eventType", "entityId", "channel", …, "metadata": {…}, "occurredAt"}
--   envelope  {"id", "type": "pipeline.message.sent", "timestamp", "data": {"messageId", "channel", …}}
-- A field is looked for in the event, then in its data. Strings may be given as numbers, metadata also as a string
-- that holds an object. A date-time without an offset is UTC; occurredAt may also be in epoch milliseconds, and may
-- lie in the future (clocks differ, and some producers announce), within the years 2000 to 2100, but not so far back
-- that the table would not keep it.
-- The tenant is the landing table's, whatever the line says. The first failing rule, in the order of the fields,
-- is the reason; nothing here throws, whatever the line holds. Half of a surrogate pair in an id is refused.
-- One JSONExtract into a tuple reads all fields: for a broken line it yields nothing.
CREATE MATERIALIZED VIEW outreach_parsed_mv TO outreach_parsed AS
WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(
                json,
                'Tuple(
                    id String, eventType String, entityType String, entityId String, channel String,
                    contactId String, userId String, sourceType String, sourceId String,
                    campaignId String, workflowId String, sequenceId String, templateId String,
                    metadata String, occurredAt String, type String, timestamp String,
                    data Tuple(
                        entityId String, messageId String, runId String, enrollmentId String, channel String,
                        contactId String, userId String, sourceType String, sourceId String,
                        campaignId String, workflowId String, sequenceId String, templateId String,
                        name String, stepNumber String, metadata String, occurredAt String))') AS event
        FROM outreach_json
    ),
    fields AS
    (
        SELECT
            *,
            event.data AS data,
            if(event.eventType != '', event.eventType, outreach_event_type(event.type)) AS eventType,
            outreach_entity_type(eventType) AS entityType,
            multiIf(
                event.entityId != '', event.entityId,
                data.entityId != '', data.entityId,
                entityType = 'message', data.messageId,
                entityType = 'campaign', data.campaignId,
                entityType = 'workflow', data.runId,
                entityType = 'sequence', data.enrollmentId,
                data.contactId) AS entityId,
            if(event.channel != '', event.channel, data.channel) AS eventChannel,
            if(event.contactId != '', event.contactId, data.contactId) AS contactId,
            if(event.userId != '', event.userId, data.userId) AS userId,
            if(event.sourceType != '', event.sourceType, data.sourceType) AS sourceType,
            if(event.sourceId != '', event.sourceId, data.sourceId) AS sourceId,
            if(event.campaignId != '', event.campaignId, data.campaignId) AS campaignId,
            if(event.workflowId != '', event.workflowId, data.workflowId) AS workflowId,
            if(event.sequenceId != '', event.sequenceId, data.sequenceId) AS sequenceId,
            if(event.templateId != '', event.templateId, data.templateId) AS templateId,
            multiIf(
                own_metadata_json != '', own_metadata_json,
                event.metadata != '', event.metadata,
                data.metadata) AS metadataJson,
            if(own_metadata != '', own_metadata, metadataJson) AS ownMetadata,
            multiIf(
                event.occurredAt != '', event.occurredAt,
                data.occurredAt != '', data.occurredAt,
                event.timestamp) AS occurredAt
        FROM extracted
    ),
    typed AS
    (
        SELECT
            *,
            outreach_beside_metadata(metadataJson, data.name, data.stepNumber) AS members,
            JSONExtract(
                outreach_with_members(metadataJson, members),
                'Tuple(
                    name String, campaignName String, workflowName String, sequenceName String, templateName String,
                    stepNumber Nullable(UInt32))') AS details,
            toUUIDOrNull(event.id) AS eventId,
            event_instant(occurredAt) AS occurred
        FROM fields
    ),
    checked AS
    (
        SELECT
            *,
            multiIf(
                json = line, '',
                position(entityId, half_pair()) > 0, 'entityId',
                position(contactId, half_pair()) > 0, 'contactId',
                position(userId, half_pair()) > 0, 'userId',
                position(sourceType, half_pair()) > 0, 'sourceType',
                position(sourceId, half_pair()) > 0, 'sourceId',
                position(campaignId, half_pair()) > 0, 'campaignId',
                position(workflowId, half_pair()) > 0, 'workflowId',
                position(sequenceId, half_pair()) > 0, 'sequenceId',
                position(templateId, half_pair()) > 0, 'templateId',
                '') AS halfPairField
        FROM typed
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(
        problem != '',
            problem,
        event.id = '',
            'id is missing',
        eventId IS NULL,
            concat('id is not a UUID: ', quoted(event.id)),
        eventType = '',
            'eventType is missing',
        entityType = '',
            concat('eventType is unknown: ', quoted(eventType)),
        event.entityType NOT IN ('', entityType),
            concat('entityType of ', eventType, ' must be ', entityType, ': ', quoted(event.entityType)),
        -- The pattern spares most envelopes a second parsing.
        event.eventType = ''
        AND NOT match(line, '"data"[ \t\r\n]*:[ \t\r\n]*\\{')
        AND JSONType(json, 'data') NOT IN ('Object', 'Null'),
            'data is not an object',
        entityId = '',
            'entityId is missing',
        halfPairField != '',
            concat(halfPairField, ' holds half of a surrogate pair'),
        id_problem(entityId) != '',
            concat('entityId ', id_problem(entityId)),
        eventChannel NOT IN ('', 'email', 'sms', 'whatsapp', 'push'),
            concat('channel is unknown: ', quoted(eventChannel)),
        id_problem(contactId) != '',
            concat('contactId ', id_problem(contactId)),
        id_problem(userId) != '',
            concat('userId ', id_problem(userId)),
        id_problem(sourceType) != '',
            concat('sourceType ', id_problem(sourceType)),
        id_problem(sourceId) != '',
            concat('sourceId ', id_problem(sourceId)),
        id_problem(campaignId) != '',
            concat('campaignId ', id_problem(campaignId)),
        id_problem(workflowId) != '',
            concat('workflowId ', id_problem(workflowId)),
        id_problem(sequenceId) != '',
            concat('sequenceId ', id_problem(sequenceId)),
        id_problem(templateId) != '',
            concat('templateId ', id_problem(templateId)),
        ownMetadata != ''
        AND NOT (startsWith(ownMetadata, '{') AND endsWith(ownMetadata, '}')),
            concat('metadata is not an object: ', quoted(ownMetadata)),
        occurredAt = '',
            'occurredAt is missing',
        occurred IS NULL,
            concat('occurredAt is not an ISO 8601 date-time: ', quoted(occurredAt)),
        toYear(occurred) NOT BETWEEN 2000 AND 2100,
            concat('occurredAt is not in the years 2000 to 2100: ', quoted(occurredAt)),
        toDateTime(occurred) + outreach_retention() <= now(),
            concat(
                'occurredAt is before ',
                formatDateTime(now() - outreach_retention(), '%Y-%m-%dT%H:%i:%SZ', 'UTC'),
                ', older than events are kept: ',
                quoted(occurredAt)),
        '') AS reason,
    assumeNotNull(eventId) AS id,
    eventType AS event_type,
    entityType AS entity_type,
    entityId AS entity_id,
    eventChannel AS channel,
    if(contactId = '' AND entityType = 'contact', entityId, contactId) AS contact_id,
    userId AS user_id,
    sourceType AS source_type,
    sourceId AS source_id,
    multiIf(
        campaignId != '', campaignId,
        sourceType = 'campaign' AND sourceId != '', sourceId,
        entityType = 'campaign', entityId,
        '') AS campaign_id,
    multiIf(workflowId != '', workflowId, sourceType = 'workflow', sourceId, '') AS workflow_id,
    multiIf(sequenceId != '', sequenceId, sourceType = 'sequence', sourceId, '') AS sequence_id,
    templateId AS template_id,
    outreach_with_members(ownMetadata, members) AS metadata,
    assumeNotNull(occurred) AS occurred_at,
    details.name AS name,
    details.campaignName AS campaign_name,
    details.workflowName AS workflow_name,
    details.sequenceName AS sequence_name,
    details.templateName AS template_name,
    details.stepNumber AS step_number
FROM checked;

-- migrate:down
DROP VIEW outreach_parsed_mv;

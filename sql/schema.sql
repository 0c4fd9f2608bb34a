
--
-- Database schema
--

CREATE DATABASE IF NOT EXISTS sluice;

CREATE TABLE sluice.api_key_uses
(
    `key_id` UUID,
    `used_at` SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY key_id
SETTINGS index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.api_key_using TO sluice.api_key_uses
(
    `key_id` UUID,
    `used_at` DateTime64(3, 'UTC')
)
AS SELECT
    toUUIDOrZero(substring(subject, 5)) AS key_id,
    max(at) AS used_at
FROM sluice.gateway_requests
WHERE startsWith(subject, 'key:')
GROUP BY key_id;

CREATE TABLE sluice.api_keys
(
    `hash` FixedString(32) COMMENT 'SHA-256 of the key',
    `id` UUID,
    `tenant_id` String,
    `name` String,
    `scopes` Array(LowCardinality(String)),
    `created_at` DateTime64(3, 'UTC'),
    `expires_at` Nullable(DateTime64(3, 'UTC')),
    `revoked_at` DateTime64(3, 'UTC') COMMENT '1970 while it holds',
    INDEX id id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree(revoked_at)
ORDER BY hash
SETTINGS index_granularity = 8192;

CREATE TABLE sluice.cache_purges
(
    `id` UUID,
    `at` DateTime64(3, 'UTC') DEFAULT now64(3),
    `query` String COMMENT 'Answers of this query, or of any when empty',
    `tenant_id` String COMMENT 'Answers to this tenant, or to any when empty',
    `table_name` String COMMENT 'Answers read from this table, or from any when empty',
    `purged_by` String COMMENT 'The subject of who asked for it'
)
ENGINE = MergeTree
ORDER BY at
TTL toDateTime(at) + toIntervalDay(1)
SETTINGS index_granularity = 8192;

CREATE TABLE sluice.gateway_instances
(
    `instance` UUID,
    `seen_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(seen_at)
ORDER BY instance
TTL toDateTime(seen_at) + toIntervalDay(1)
SETTINGS index_granularity = 8192;

CREATE TABLE sluice.gateway_requests
(
    `at` DateTime64(3, 'UTC') COMMENT 'When the request came' CODEC(Delta(8), ZSTD(1)),
    `request_id` UUID,
    `tenant_id` String COMMENT 'Empty when the credential was refused',
    `subject` String COMMENT 'The token\'s sub, or key:<id of the API key>',
    `method` LowCardinality(String),
    `path` String COMMENT 'Without the query string',
    `query` LowCardinality(String) COMMENT 'Name of the query, if it was one',
    `parameters_hash` UInt64 COMMENT 'Equal for equal parameters; 0 when there are none',
    `status` UInt16,
    `problem` LowCardinality(String) COMMENT 'Slug of the problem type, if it was one',
    `cache` LowCardinality(String) COMMENT 'hit, miss, stale, bypass or empty',
    `duration_ms` Float32 COMMENT 'Until the last byte was handed to the connection',
    `clickhouse_ms` Float32,
    `rows_read` UInt64,
    `bytes_read` UInt64,
    `bytes_sent` UInt64 COMMENT 'Of the body, before compression by a proxy',
    `instance` UUID COMMENT 'The gateway that answered',
    INDEX at at TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (tenant_id, at)
TTL toDateTime(at) + toIntervalDay(90)
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1, index_granularity = 8192;

CREATE TABLE sluice.idempotency_keys
(
    `tenant_id` String,
    `stream` LowCardinality(String),
    `key` String,
    `state` Enum8('started' = 1, 'failed' = 2, 'done' = 3),
    `fingerprint` String COMMENT 'SHA-256 of the body, hexadecimal; empty while it is not known',
    `answer` String COMMENT 'The answer, as sent',
    `updated_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(updated_at)
PARTITION BY toYYYYMMDD(updated_at)
ORDER BY (tenant_id, stream, key)
TTL toDateTime(updated_at) + toIntervalDay(1)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.outreach_accepting TO sluice.outreach_events
(
    `id` UUID,
    `tenant_id` String,
    `event_type` LowCardinality(String),
    `entity_type` LowCardinality(String),
    `entity_id` String,
    `channel` LowCardinality(String),
    `contact_id` String,
    `user_id` String,
    `source_type` LowCardinality(String),
    `source_id` String,
    `campaign_id` LowCardinality(String),
    `workflow_id` LowCardinality(String),
    `sequence_id` LowCardinality(String),
    `template_id` LowCardinality(String),
    `metadata` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `ingested_at` DateTime64(3, 'UTC'),
    `step_number` Nullable(UInt32)
)
AS SELECT
    id,
    tenant_id,
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
    received_at AS ingested_at,
    step_number
FROM sluice.outreach_parsed
WHERE reason = '';

CREATE TABLE sluice.outreach_events
(
    `id` UUID,
    `tenant_id` LowCardinality(String),
    `event_type` LowCardinality(String),
    `entity_type` LowCardinality(String),
    `entity_id` String CODEC(ZSTD(1)),
    `channel` LowCardinality(String),
    `contact_id` String CODEC(ZSTD(1)),
    `user_id` String CODEC(ZSTD(1)),
    `source_type` LowCardinality(String),
    `source_id` String CODEC(ZSTD(1)),
    `campaign_id` LowCardinality(String),
    `workflow_id` LowCardinality(String),
    `sequence_id` LowCardinality(String),
    `template_id` LowCardinality(String),
    `metadata` String CODEC(ZSTD(1)),
    `occurred_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `ingested_at` DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    `step_number` Nullable(UInt32) CODEC(ZSTD(1)),
    `entity_hash` UInt64 MATERIALIZED sipHash64(entity_id) CODEC(NONE),
    `contact_hash` UInt64 MATERIALIZED sipHash64(contact_id) CODEC(NONE),
    INDEX channels channel TYPE set(8) GRANULARITY 4,
    INDEX entities entity_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX campaigns campaign_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX contacts contact_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
PRIMARY KEY (tenant_id, event_type, occurred_at)
ORDER BY (tenant_id, event_type, occurred_at, id)
TTL toDateTime(occurred_at) + toIntervalYear(2)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE TABLE sluice.outreach_landing
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `fault` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = `Null`;

CREATE TABLE sluice.outreach_names
(
    `tenant_id` LowCardinality(String),
    `kind` LowCardinality(String),
    `id` String,
    `latest` SimpleAggregateFunction(max, Tuple(
        named_at DateTime64(3, 'UTC'),
        name String))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant_id, kind, id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 8192;

CREATE MATERIALIZED VIEW sluice.outreach_naming TO sluice.outreach_names
(
    `tenant_id` String,
    `kind` String,
    `id` LowCardinality(String),
    `latest` Tuple(
        named_at DateTime64(3, 'UTC'),
        name String)
)
AS SELECT
    tenant_id,
    named.1 AS kind,
    named.2 AS id,
    max(CAST((occurred_at, substringUTF8(named.3, 1, 256)), 'Tuple(named_at DateTime64(3, \'UTC\'), name String)')) AS latest
FROM sluice.outreach_parsed
ARRAY JOIN [('campaign', toString(campaign_id), if((entity_type = 'campaign') AND (name != ''), name, campaign_name)), ('workflow', toString(workflow_id), if((entity_type = 'workflow') AND (name != ''), name, workflow_name)), ('sequence', toString(sequence_id), if((entity_type = 'sequence') AND (name != ''), name, sequence_name)), ('template', toString(template_id), if((entity_type = 'message') AND (name != ''), name, template_name))] AS named
WHERE (reason = '') AND ((name != '') OR (campaign_name != '') OR (workflow_name != '') OR (sequence_name != '') OR (template_name != '')) AND ((named.2) != '') AND ((named.3) != '')
GROUP BY
    tenant_id,
    kind,
    id;

CREATE TABLE sluice.outreach_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `event_type` LowCardinality(String),
    `entity_type` LowCardinality(String),
    `entity_id` String,
    `channel` LowCardinality(String),
    `contact_id` String,
    `user_id` String,
    `source_type` LowCardinality(String),
    `source_id` String,
    `campaign_id` LowCardinality(String),
    `workflow_id` LowCardinality(String),
    `sequence_id` LowCardinality(String),
    `template_id` LowCardinality(String),
    `metadata` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `name` String,
    `campaign_name` String,
    `workflow_name` String,
    `sequence_name` String,
    `template_name` String,
    `step_number` Nullable(UInt32)
)
ENGINE = `Null`;

CREATE MATERIALIZED VIEW sluice.outreach_parsing TO sluice.outreach_parsed
(
    `tenant_id` String,
    `request_id` UUID,
    `line_number` UInt32,
    `source` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC'),
    `reason` String,
    `id` UUID,
    `event_type` String,
    `entity_type` String,
    `entity_id` String,
    `channel` String,
    `contact_id` String,
    `user_id` String,
    `source_type` String,
    `source_id` String,
    `campaign_id` String,
    `workflow_id` String,
    `sequence_id` String,
    `template_id` String,
    `metadata` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `name` String,
    `campaign_name` String,
    `workflow_name` String,
    `sequence_name` String,
    `template_name` String,
    `step_number` Nullable(UInt32)
)
AS WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(line, 'Tuple(\n                    id String, eventType String, entityType String, entityId String, channel String,\n                    contactId String, userId String, sourceType String, sourceId String,\n                    campaignId String, workflowId String, sequenceId String, templateId String,\n                    metadata String, occurredAt String, type String, timestamp String,\n                    data Tuple(\n                        entityId String, messageId String, runId String, enrollmentId String, channel String,\n                        contactId String, userId String, sourceType String, sourceId String,\n                        campaignId String, workflowId String, sequenceId String, templateId String,\n                        name String, stepNumber String, metadata String, occurredAt String))') AS event
        FROM sluice.outreach_landing
    ),
    fields AS
    (
        SELECT
            *,
            event.data AS data,
            if(event.eventType != '', event.eventType, transform(extract(event.type, '(?:^|\\.)((?:message|campaign|contact)\\.[a-z]+|workflow\\.(?:run\\.)?[a-z_]+|sequence\\.(?:step\\.|enrollment\\.)?[a-z]+)$'), ['message.sent', 'message.delivered', 'message.opened', 'message.clicked', 'message.bounced', 'message.complained', 'message.unsubscribed', 'campaign.started', 'campaign.completed', 'workflow.run.started', 'workflow.run.completed', 'workflow.run.failed', 'workflow.run.goal_reached', 'workflow.goal_reached', 'sequence.enrolled', 'sequence.enrollment.created', 'sequence.enrollment.enrolled', 'sequence.step.executed', 'sequence.enrollment.replied', 'sequence.replied', 'sequence.enrollment.completed', 'sequence.completed', 'contact.created', 'contact.updated'], ['message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced', 'message_complained', 'message_unsubscribed', 'campaign_started', 'campaign_completed', 'workflow_run_started', 'workflow_run_completed', 'workflow_run_failed', 'workflow_goal_reached', 'workflow_goal_reached', 'sequence_enrolled', 'sequence_enrolled', 'sequence_enrolled', 'sequence_step_executed', 'sequence_replied', 'sequence_replied', 'sequence_completed', 'sequence_completed', 'contact_created', 'contact_updated'], event.type)) AS eventType,
            transform(eventType, ['message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced', 'message_complained', 'message_unsubscribed', 'campaign_started', 'campaign_completed', 'workflow_run_started', 'workflow_run_completed', 'workflow_run_failed', 'workflow_goal_reached', 'sequence_enrolled', 'sequence_step_executed', 'sequence_replied', 'sequence_completed', 'contact_created', 'contact_updated'], ['message', 'message', 'message', 'message', 'message', 'message', 'message', 'campaign', 'campaign', 'workflow', 'workflow', 'workflow', 'workflow', 'sequence', 'sequence', 'sequence', 'sequence', 'contact', 'contact'], '') AS entityType,
            multiIf(event.entityId != '', event.entityId, data.entityId != '', data.entityId, entityType = 'message', data.messageId, entityType = 'campaign', data.campaignId, entityType = 'workflow', data.runId, entityType = 'sequence', data.enrollmentId, data.contactId) AS entityId,
            if(event.channel != '', event.channel, data.channel) AS eventChannel,
            if(event.contactId != '', event.contactId, data.contactId) AS contactId,
            if(event.userId != '', event.userId, data.userId) AS userId,
            if(event.sourceType != '', event.sourceType, data.sourceType) AS sourceType,
            if(event.sourceId != '', event.sourceId, data.sourceId) AS sourceId,
            if(event.campaignId != '', event.campaignId, data.campaignId) AS campaignId,
            if(event.workflowId != '', event.workflowId, data.workflowId) AS workflowId,
            if(event.sequenceId != '', event.sequenceId, data.sequenceId) AS sequenceId,
            if(event.templateId != '', event.templateId, data.templateId) AS templateId,
            if(event.metadata != '', event.metadata, data.metadata) AS ownMetadata,
            multiIf(event.occurredAt != '', event.occurredAt, data.occurredAt != '', data.occurredAt, event.timestamp) AS occurredAt
        FROM extracted
    ),
    typed AS
    (
        SELECT
            *,
            toUUIDOrNull(event.id) AS eventId,
            if((data.name = '') AND (data.stepNumber = ''), ownMetadata, concat('{', arrayStringConcat(arrayFilter(member -> match(member, '[^ \\t\\r\\n]'), [if((data.name = '') OR JSONHas(ownMetadata, 'name'), '', concat('"name":', toJSONString(data.name))), if((data.stepNumber = '') OR JSONHas(ownMetadata, 'stepNumber'), '', concat('"stepNumber":', if(match(data.stepNumber, '^(0|[1-9]\\d{0,8})$'), data.stepNumber, toJSONString(data.stepNumber)))), substring(ownMetadata, 2, greatest(length(ownMetadata), 2) - 2)]), ','), '}')) AS eventMetadata,
            JSONExtract(eventMetadata, 'Tuple(\n                    name String, campaignName String, workflowName String, sequenceName String, templateName String,\n                    stepNumber Nullable(UInt32))') AS details,
            multiIf(match(occurredAt, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'), parseDateTime64BestEffortOrNull(occurredAt, 3, 'UTC'), toInt64OrNull(occurredAt) IS NOT NULL, fromUnixTimestamp64Milli(toInt64OrNull(occurredAt), 'UTC'), NULL) AS occurred
        FROM fields
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(fault != '', fault, (event.id = '') AND (NOT isValidUTF8(line)), 'Line is not valid UTF-8', (event.id = '') AND (NOT isValidJSON(line)), 'Line is not valid JSON', (NOT startsWith(line, '{')) AND (NOT match(line, '^\\x{FEFF}?[ \t\r\n]*\\{')), 'Line is not a JSON object', event.id = '', 'id is missing', eventId IS NULL, concat('id is not a UUID: ', concat('"', substringUTF8(event.id, 1, 64), if(lengthUTF8(event.id) > 64, '…', ''), '"')), eventType = '', 'eventType is missing', entityType = '', concat('eventType is unknown: ', concat('"', substringUTF8(eventType, 1, 64), if(lengthUTF8(eventType) > 64, '…', ''), '"')), (event.entityType NOT IN ('', entityType)), concat('entityType of ', eventType, ' must be ', entityType, ': ', concat('"', substringUTF8(event.entityType, 1, 64), if(lengthUTF8(event.entityType) > 64, '…', ''), '"')), (event.eventType = '') AND (NOT match(line, '"data"[ \t\r\n]*:[ \t\r\n]*\\{')) AND (JSONType(line, 'data') NOT IN ('Object', 'Null')), 'data is not an object', entityId = '', 'entityId is missing', multiIf(length(entityId) > 256, 'is longer than 256 bytes', (startsWith(entityId, '{') OR startsWith(entityId, '[')) AND isValidJSON(entityId), 'is not a string', '') != '', concat('entityId ', multiIf(length(entityId) > 256, 'is longer than 256 bytes', (startsWith(entityId, '{') OR startsWith(entityId, '[')) AND isValidJSON(entityId), 'is not a string', '')), (eventChannel NOT IN ('', 'email', 'sms', 'whatsapp', 'push')), concat('channel is unknown: ', concat('"', substringUTF8(eventChannel, 1, 64), if(lengthUTF8(eventChannel) > 64, '…', ''), '"')), multiIf(length(contactId) > 256, 'is longer than 256 bytes', (startsWith(contactId, '{') OR startsWith(contactId, '[')) AND isValidJSON(contactId), 'is not a string', '') != '', concat('contactId ', multiIf(length(contactId) > 256, 'is longer than 256 bytes', (startsWith(contactId, '{') OR startsWith(contactId, '[')) AND isValidJSON(contactId), 'is not a string', '')), multiIf(length(userId) > 256, 'is longer than 256 bytes', (startsWith(userId, '{') OR startsWith(userId, '[')) AND isValidJSON(userId), 'is not a string', '') != '', concat('userId ', multiIf(length(userId) > 256, 'is longer than 256 bytes', (startsWith(userId, '{') OR startsWith(userId, '[')) AND isValidJSON(userId), 'is not a string', '')), multiIf(length(sourceType) > 256, 'is longer than 256 bytes', (startsWith(sourceType, '{') OR startsWith(sourceType, '[')) AND isValidJSON(sourceType), 'is not a string', '') != '', concat('sourceType ', multiIf(length(sourceType) > 256, 'is longer than 256 bytes', (startsWith(sourceType, '{') OR startsWith(sourceType, '[')) AND isValidJSON(sourceType), 'is not a string', '')), multiIf(length(sourceId) > 256, 'is longer than 256 bytes', (startsWith(sourceId, '{') OR startsWith(sourceId, '[')) AND isValidJSON(sourceId), 'is not a string', '') != '', concat('sourceId ', multiIf(length(sourceId) > 256, 'is longer than 256 bytes', (startsWith(sourceId, '{') OR startsWith(sourceId, '[')) AND isValidJSON(sourceId), 'is not a string', '')), multiIf(length(campaignId) > 256, 'is longer than 256 bytes', (startsWith(campaignId, '{') OR startsWith(campaignId, '[')) AND isValidJSON(campaignId), 'is not a string', '') != '', concat('campaignId ', multiIf(length(campaignId) > 256, 'is longer than 256 bytes', (startsWith(campaignId, '{') OR startsWith(campaignId, '[')) AND isValidJSON(campaignId), 'is not a string', '')), multiIf(length(workflowId) > 256, 'is longer than 256 bytes', (startsWith(workflowId, '{') OR startsWith(workflowId, '[')) AND isValidJSON(workflowId), 'is not a string', '') != '', concat('workflowId ', multiIf(length(workflowId) > 256, 'is longer than 256 bytes', (startsWith(workflowId, '{') OR startsWith(workflowId, '[')) AND isValidJSON(workflowId), 'is not a string', '')), multiIf(length(sequenceId) > 256, 'is longer than 256 bytes', (startsWith(sequenceId, '{') OR startsWith(sequenceId, '[')) AND isValidJSON(sequenceId), 'is not a string', '') != '', concat('sequenceId ', multiIf(length(sequenceId) > 256, 'is longer than 256 bytes', (startsWith(sequenceId, '{') OR startsWith(sequenceId, '[')) AND isValidJSON(sequenceId), 'is not a string', '')), multiIf(length(templateId) > 256, 'is longer than 256 bytes', (startsWith(templateId, '{') OR startsWith(templateId, '[')) AND isValidJSON(templateId), 'is not a string', '') != '', concat('templateId ', multiIf(length(templateId) > 256, 'is longer than 256 bytes', (startsWith(templateId, '{') OR startsWith(templateId, '[')) AND isValidJSON(templateId), 'is not a string', '')), (ownMetadata != '') AND (NOT (startsWith(ownMetadata, '{') AND endsWith(ownMetadata, '}') AND isValidJSON(ownMetadata))), concat('metadata is not an object: ', concat('"', substringUTF8(ownMetadata, 1, 64), if(lengthUTF8(ownMetadata) > 64, '…', ''), '"')), occurredAt = '', 'occurredAt is missing', occurred IS NULL, concat('occurredAt is not an ISO 8601 date-time: ', concat('"', substringUTF8(occurredAt, 1, 64), if(lengthUTF8(occurredAt) > 64, '…', ''), '"')), (toYear(occurred) < 2000) OR (toYear(occurred) > 2100), concat('occurredAt is not in the years 2000 to 2100: ', concat('"', substringUTF8(occurredAt, 1, 64), if(lengthUTF8(occurredAt) > 64, '…', ''), '"')), '') AS reason,
    assumeNotNull(eventId) AS id,
    eventType AS event_type,
    entityType AS entity_type,
    entityId AS entity_id,
    eventChannel AS channel,
    if((contactId = '') AND (entityType = 'contact'), entityId, contactId) AS contact_id,
    userId AS user_id,
    sourceType AS source_type,
    sourceId AS source_id,
    multiIf(campaignId != '', campaignId, (sourceType = 'campaign') AND (sourceId != ''), sourceId, entityType = 'campaign', entityId, '') AS campaign_id,
    multiIf(workflowId != '', workflowId, sourceType = 'workflow', sourceId, '') AS workflow_id,
    multiIf(sequenceId != '', sequenceId, sourceType = 'sequence', sourceId, '') AS sequence_id,
    templateId AS template_id,
    eventMetadata AS metadata,
    assumeNotNull(occurred) AS occurred_at,
    details.name AS name,
    details.campaignName AS campaign_name,
    details.workflowName AS workflow_name,
    details.sequenceName AS sequence_name,
    details.templateName AS template_name,
    details.stepNumber AS step_number
FROM typed;

CREATE MATERIALIZED VIEW sluice.outreach_rejecting TO sluice.rejected_events
(
    `tenant_id` String,
    `stream` String,
    `source` String,
    `request_id` UUID,
    `line_number` UInt32,
    `reason` String,
    `line` String,
    `received_at` DateTime64(3, 'UTC')
)
AS SELECT
    tenant_id,
    'outreach' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM sluice.outreach_parsed
WHERE reason != '';

CREATE TABLE sluice.rejected_events
(
    `tenant_id` String,
    `stream` LowCardinality(String),
    `source` LowCardinality(String),
    `request_id` UUID,
    `line_number` UInt32 COMMENT 'Place of the line in its request, from 1',
    `reason` String COMMENT 'Sentence that names the field at fault',
    `line` String CODEC(ZSTD(3)),
    `received_at` DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    INDEX request request_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (tenant_id, stream, received_at)
TTL toDateTime(received_at) + toIntervalDay(90)
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1, index_granularity = 8192;

CREATE TABLE sluice.schema_migrations
(
    `version` String,
    `ts` DateTime DEFAULT now(),
    `applied` UInt8 DEFAULT 1
)
ENGINE = ReplacingMergeTree(ts)
PRIMARY KEY version
ORDER BY version
SETTINGS index_granularity = 8192;

CREATE TABLE sluice.tenant_budgets
(
    `tenant_id` String,
    `daily` Nullable(UInt64) COMMENT 'Queries a day',
    `monthly` Nullable(UInt64) COMMENT 'Queries a month',
    `daily_bytes` Nullable(UInt64) COMMENT 'Bytes that queries read a day',
    `per_second` Nullable(UInt32) COMMENT 'Requests a second, of each instance',
    `updated_at` DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY tenant_id
SETTINGS index_granularity = 8192;

CREATE TABLE sluice.tenant_usage
(
    `tenant_id` String,
    `day` Date,
    `instance` UUID COMMENT 'The gateway, or the reset',
    `generation` UInt32 COMMENT 'A gateway that forgot its count of the day goes on from 0 in the next generation',
    `version` UInt64,
    `queries` Int64,
    `bytes_read` Int64,
    `held` UInt64 COMMENT 'Queries that the gateway may still accept; void when it is dead'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(day)
ORDER BY (tenant_id, day, instance, generation)
TTL day + toIntervalYear(2)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 8192;


--
-- Dbmate schema migrations
--

INSERT INTO sluice.schema_migrations (version) VALUES
    ('20261122010001'),
    ('20261122010002'),
    ('20261122010003'),
    ('20261122010004'),
    ('20261122010005'),
    ('20261122010006'),
    ('20261122010007'),
    ('20261122010008'),
    ('20261122010009'),
    ('20261122010010'),
    ('20261122010101'),
    ('20261122010102'),
    ('20261122010103'),
    ('20261122010104'),
    ('20261122010105'),
    ('20261122010106'),
    ('20261122010107'),
    ('20261122010108'),
    ('20261122010109'),
    ('20261122010110'),
    ('20261122010111'),
    ('20261122010112'),
    ('20261122010113'),
    ('20261122010114'),
    ('20261122010115'),
    ('20261122010116'),
    ('20261122010117'),
    ('20261122010118'),
    ('20261122010119'),
    ('20261122010120'),
    ('20261122010121'),
    ('20261122010201'),
    ('20261122010202'),
    ('20261122010203'),
    ('20261122010204'),
    ('20261122010205'),
    ('20261122010206'),
    ('20261122010207'),
    ('20261122010208'),
    ('20261122010209'),
    ('20261122010210'),
    ('20261122010211'),
    ('20261122010212'),
    ('20261122010213');

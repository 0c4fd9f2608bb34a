-- migrate:up
-- One row is one landed line after parsing: the columns of outreach_events if reason is empty, else why it is
-- rejected. Nothing is stored here (engine Null, so there is no order, partition or lifetime): it lets the views
-- after it share one parsing of the line.
-- name is metadata.name; the four others are its siblings, the names of things that the event only mentions.
CREATE TABLE outreach_parsed
(
    tenant_id String,
    request_id UUID,
    line_number UInt32,
    source String,
    line String,
    received_at DateTime64(3, 'UTC'),
    reason String,
    id UUID,
    event_type LowCardinality(String),
    entity_type LowCardinality(String),
    entity_id String,
    channel LowCardinality(String),
    contact_id String,
    user_id String,
    source_type String,
    source_id String,
    campaign_id String,
    workflow_id String,
    sequence_id String,
    template_id String,
    metadata String,
    occurred_at DateTime64(3, 'UTC'),
    name String,
    campaign_name String,
    workflow_name String,
    sequence_name String,
    template_name String,
    step_number Nullable(UInt32)
)
ENGINE = Null;

-- migrate:down
DROP TABLE outreach_parsed;

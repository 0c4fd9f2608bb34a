-- migrate:up
-- Keeps the parsed lines that are good, as events.
CREATE MATERIALIZED VIEW outreach_events_mv TO outreach_events AS
SELECT
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
FROM outreach_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW outreach_events_mv;

-- migrate:up
-- Keeps the parsed lines that are good.
CREATE MATERIALIZED VIEW ticketing_events_mv TO ticketing_events AS
SELECT
    tenant_id,
    id,
    event_type,
    occurred_at,
    session_id,
    show_id,
    organizer_id,
    user_id,
    ticket_type_id,
    order_id,
    quantity,
    device,
    browser,
    os,
    country,
    city,
    channel,
    updated_at
FROM ticketing_events_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW ticketing_events_mv;

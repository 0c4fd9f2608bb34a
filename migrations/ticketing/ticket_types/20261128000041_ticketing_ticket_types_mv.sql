-- migrate:up
-- Keeps the parsed lines that are good.
CREATE MATERIALIZED VIEW ticketing_ticket_types_mv TO ticketing_ticket_types AS
SELECT
    tenant_id,
    id,
    ticket_type_id,
    changed_at,
    deleted,
    show_id,
    name,
    price_minor,
    currency,
    quantity,
    received_at,
    ticketing_change_version(
        changed_at,
        (deleted, show_id, name, price_minor, currency, quantity)) AS version
FROM ticketing_ticket_types_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW ticketing_ticket_types_mv;

-- migrate:up
-- Sets the lines aside that are not plain.
CREATE MATERIALIZED VIEW ticketing_ticket_types_odd_mv TO ticketing_ticket_types_odd AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    fault,
    line,
    received_at
FROM ticketing_ticket_types_landing
WHERE NOT plain;

-- migrate:down
DROP VIEW ticketing_ticket_types_odd_mv;

-- migrate:up
-- Plain lines are their own JSON.
CREATE MATERIALIZED VIEW ticketing_organizers_json_plain_mv TO ticketing_organizers_json AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM ticketing_organizers_landing
WHERE plain;

-- migrate:down
DROP VIEW ticketing_organizers_json_plain_mv;

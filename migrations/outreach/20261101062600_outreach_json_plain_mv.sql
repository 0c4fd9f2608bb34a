-- migrate:up
-- Plain lines are their own JSON.
CREATE MATERIALIZED VIEW outreach_json_plain_mv TO outreach_json AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM outreach_landing
WHERE plain;

-- migrate:down
DROP VIEW outreach_json_plain_mv;

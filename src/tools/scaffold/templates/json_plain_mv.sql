-- migrate:up
-- Plain lines are their own JSON.
CREATE MATERIALIZED VIEW {{stream}}_json_plain_mv TO {{stream}}_json AS
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    line AS json,
    received_at
FROM {{stream}}_landing
WHERE plain;

-- migrate:down
DROP VIEW {{stream}}_json_plain_mv;

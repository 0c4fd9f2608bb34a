-- migrate:up
-- Keeps the parsed lines that are good.
CREATE MATERIALIZED VIEW {{stream}}_mv TO {{stream}} AS
SELECT
    tenant_id,
    {{columns}}
FROM {{stream}}_parsed
WHERE reason = '';

-- migrate:down
DROP VIEW {{stream}}_mv;

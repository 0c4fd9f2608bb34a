-- migrate:up
-- Keeps the parsed lines that are not good, as dead letters with the reason.
CREATE MATERIALIZED VIEW rejected_events_{{stream}}_mv TO rejected_events AS
SELECT
    tenant_id,
    '{{stream}}' AS stream,
    source,
    request_id,
    line_number,
    reason,
    line,
    received_at
FROM {{stream}}_parsed
WHERE reason != '';

-- migrate:down
DROP VIEW rejected_events_{{stream}}_mv;

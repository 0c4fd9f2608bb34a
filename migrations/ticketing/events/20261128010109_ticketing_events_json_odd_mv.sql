-- migrate:up
-- Reads odd lines: what valid JSON the engine's parser does not read by itself, and what is wrong with the others.
CREATE MATERIALIZED VIEW ticketing_events_json_odd_mv TO ticketing_events_json AS
WITH
    readable AS
    (
        SELECT
            *,
            if(isValidJSON(line), line, json_within_limits(line, half_pair())) AS json,
            json_quotes(line) AS quotes,
            json_keys(quotes) AS keys
        FROM ticketing_events_odd
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    json,
    landed_problem(fault, line, json, json_repeated_key(quotes, keys)) AS problem,
    received_at
FROM readable;

-- migrate:down
DROP VIEW ticketing_events_json_odd_mv;

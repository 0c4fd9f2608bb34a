-- migrate:up
-- Parses and checks the JSON of each line once:
--   {{members}}
-- The tenant is the landing table's, whatever the line says. Half of a surrogate pair in a text that is stored is refused.
-- The first failing rule is the reason; nothing here throws, whatever the line holds.
CREATE MATERIALIZED VIEW {{stream}}_parsed_mv TO {{stream}}_parsed AS
WITH
    extracted AS
    (
        SELECT
            *,
            JSONExtract(
                json,
                'Tuple(
                    {{types}}
                )'
            ) AS fields{{beside}}
        FROM {{stream}}_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(
        problem != '',
            problem,
        {{rules}}
        '') AS reason,
    {{columns}}
FROM extracted;

-- migrate:down
DROP VIEW {{stream}}_parsed_mv;

-- migrate:up
-- Tells a tenant that users have reached a stage: once for each stage of an insert, whatever the number of its rows.
CREATE MATERIALIZED VIEW live_events_journey_mv TO live_events AS
SELECT
    tenant_id,
    'journey_flag_updated' AS type,
    toJSONString(
        CAST(
            (stage, uniqExact(user_id), min(day), max(day)),
            'Tuple(stage String, users UInt64, firstDay Date, lastDay Date)')) AS data
FROM csr_journey_parsed
WHERE reason = ''
    AND stage != ''
GROUP BY
    tenant_id,
    stage;

-- migrate:down
DROP VIEW live_events_journey_mv;

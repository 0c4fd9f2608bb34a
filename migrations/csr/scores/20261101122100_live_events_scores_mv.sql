-- migrate:up
-- Tells a tenant that scores of a dimension have changed: once for each dimension of an insert, whatever the number of its
-- rows.
CREATE MATERIALIZED VIEW live_events_scores_mv TO live_events AS
SELECT
    tenant_id,
    'score_updated' AS type,
    toJSONString(
        CAST(
            (dimension, count(), min(day), max(day)),
            'Tuple(dimension String, rows UInt64, firstDay Date, lastDay Date)')) AS data
FROM csr_scores_parsed
WHERE reason = ''
    AND dimension != ''
GROUP BY
    tenant_id,
    dimension;

-- migrate:down
DROP VIEW live_events_scores_mv;

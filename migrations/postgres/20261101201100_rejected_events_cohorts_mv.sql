-- migrate:up
-- Keeps refused cohorts and members, which have no stream, as dead letters under a stream's name of their own.
CREATE MATERIALIZED VIEW rejected_events_cohorts_mv TO rejected_events AS
SELECT
    tenant_id,
    concat('csr_', sync_lines.source) AS stream,
    'postgres' AS source,
    run AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    fault AS reason,
    line,
    now64(3) AS received_at
FROM sync_lines
WHERE sync_lines.source IN ('cohorts', 'user_cohorts')
    AND fault != '';

-- migrate:down
DROP VIEW rejected_events_cohorts_mv;

-- migrate:up
-- Keeps cohorts and members that name no company, as dead letters.
CREATE MATERIALIZED VIEW rejecting_cohorts TO rejected_events AS
SELECT
    tenant_id,
    concat('csr_', source) AS stream,
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
DROP VIEW rejecting_cohorts;

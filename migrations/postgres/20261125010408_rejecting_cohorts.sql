-- migrate:up
-- As before, under the streams' own names: plain `source` was the column 'postgres' beside it, so that a company did not find
-- its dead letters.
ALTER TABLE rejecting_cohorts MODIFY QUERY
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
ALTER TABLE rejecting_cohorts MODIFY QUERY
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

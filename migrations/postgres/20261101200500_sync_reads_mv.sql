-- migrate:up
-- Counts what each reading brings.
CREATE MATERIALIZED VIEW sync_reads_mv TO sync_reads AS
SELECT
    source,
    run,
    tenant_id,
    min(started_at) AS started_at,
    min(horizon) AS horizon,
    countIf(line != '') AS lines
FROM sync_lines
GROUP BY
    source,
    run,
    tenant_id;

-- migrate:down
DROP VIEW sync_reads_mv;

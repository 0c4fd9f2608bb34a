-- Reads a range of keys of a table in Postgres, and hands the rows to where its sync hands them. The horizon 0 says
-- that these are no run of the sync.
INSERT INTO sync_lines (source, run, started_at, horizon, tenant_id, fault, line)
SELECT
    {source:String},
    {backfill:UUID},
    now64(3),
    0,
    tenant_id,
    fault,
    line
FROM postgres_table(position = 0, since = {since:Int64}, firstKey = {firstKey:Int64}, lastKey = {lastKey:Int64})
WHERE line != ''

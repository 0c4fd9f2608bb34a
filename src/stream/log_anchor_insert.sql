-- A row of no tenant: the log is never empty, and its last row never old.
INSERT INTO live_events (tenant_id, type, data, cause)
SELECT
    '' AS tenant_id,
    'anchor' AS type,
    '{}' AS data,
    {cause:String} AS cause

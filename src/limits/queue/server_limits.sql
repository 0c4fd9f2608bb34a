-- How many queries the server runs at once; 0 is any number. A server older than 24.1 has no max_concurrent_select_queries.
SELECT
    name,
    toUInt64(value) AS value
FROM system.server_settings
WHERE name IN ('max_concurrent_queries', 'max_concurrent_select_queries')

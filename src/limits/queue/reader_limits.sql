-- How many queries the user who asks may run at once (0 is any number), and the server's cores, which are the default threads of a query.
SELECT
    toUInt64(getSetting('max_concurrent_queries_for_user')) AS perUser,
    toUInt64(getSetting('max_threads')) AS cores

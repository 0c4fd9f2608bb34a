-- The views that compute what is loaded minutes from now: dashboards. Those that read other systems are none of them.
SELECT view
FROM system.view_refreshes
WHERE database = currentDatabase()
    AND NOT startsWith(view, 'sync_lines_')
    AND next_refresh_time > now() + INTERVAL 1 MINUTE
ORDER BY view

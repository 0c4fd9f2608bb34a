-- The views that read Postgres.
SELECT view
FROM system.view_refreshes
WHERE database = currentDatabase()
    AND startsWith(view, 'sync_lines_')
ORDER BY view

-- The tables of Postgres that the database can read.
SELECT substring(name, length('postgres_') + 1) AS table
FROM system.tables
WHERE database = currentDatabase()
    AND startsWith(name, 'postgres_')
    AND engine = 'View'
ORDER BY table

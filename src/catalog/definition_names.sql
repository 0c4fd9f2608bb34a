-- What migrations have made in the database: its tables and views, and the SQL functions of the server.
SELECT
    (
        SELECT arraySort(groupArray(name))
        FROM system.tables
        WHERE database = currentDatabase() AND NOT startsWith(name, '.')
    ) AS tables,
    (SELECT arraySort(groupArray(name)) FROM system.functions WHERE origin = 'SQLUserDefined') AS functions

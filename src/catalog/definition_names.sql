-- What queries may read of what migrations have made in the database: its tables and views, but no materialized ones, and the SQL
-- functions of the server.
SELECT
    (
        SELECT arraySort(groupArray(name))
        FROM system.tables
        WHERE database = currentDatabase() AND NOT startsWith(name, '.') AND engine != 'MaterializedView'
    ) AS tables,
    (SELECT arraySort(groupArray(name)) FROM system.functions WHERE origin = 'SQLUserDefined') AS functions

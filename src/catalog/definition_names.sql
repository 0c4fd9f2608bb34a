-- What of the database decides what a query means: the tables and views that some user of queries may read, the landing tables,
-- which are the streams, and the SQL functions of the server. No query reads another table.
SELECT
    (
        SELECT arraySort(groupUniqArray(name))
        FROM
        (
            SELECT table AS name
            FROM system.columns
            WHERE database = currentDatabase() AND NOT startsWith(table, '.')
            UNION ALL
            SELECT name
            FROM system.tables
            WHERE database = currentDatabase() AND endsWith(name, '_landing')
        )
    ) AS tables,
    (SELECT arraySort(groupArray(name)) FROM system.functions WHERE origin = 'SQLUserDefined') AS functions

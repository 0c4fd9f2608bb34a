-- One hash of all that decides what the engine makes of a statement, besides the statement: the columns of tables, views,
-- SQL functions, settings, the engine's version. Tables are not told by their statements, which take long to print. A
-- refresh of a view makes a table `.tmp…` for the while.
SELECT
    hex(SHA256(toString(tuple(
        (
            SELECT arraySort(groupArray((table, name, type, default_kind, default_expression)))
            FROM system.columns
            WHERE database = currentDatabase() AND NOT startsWith(table, '.')
        ),
        (
            SELECT arraySort(groupArray((name, engine, comment)))
            FROM system.tables
            WHERE database = currentDatabase() AND NOT startsWith(name, '.')
        ),
        (
            SELECT arraySort(groupArray((name, create_table_query)))
            FROM system.tables
            WHERE database = currentDatabase() AND engine = 'View'
        ),
        (SELECT arraySort(groupArray((name, create_query))) FROM system.functions WHERE origin = 'SQLUserDefined'),
        (SELECT arraySort(groupArray((name, value))) FROM system.settings WHERE changed),
        currentDatabase(),
        version()
    )))) AS fingerprint

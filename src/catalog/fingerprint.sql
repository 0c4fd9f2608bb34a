-- One hash of all that decides what the engine makes of a statement, besides the statement: the columns of tables, views,
-- SQL functions, settings, the engine's version. Tables are not told by their statements, which take long to print. A
-- refresh of a view makes a table `.tmp…` for the while. No user of the gateway reads a materialized view, and the engine
-- takes longer to tell of one than of any other table.
SELECT
    hex(SHA256(toString(tuple(
        (
            SELECT arraySort(groupArray((table, name, type, default_kind, default_expression)))
            FROM system.columns
            WHERE database = currentDatabase() AND NOT startsWith(table, '.') AND table NOT IN (
                SELECT name FROM system.tables
                WHERE database = currentDatabase() AND engine = 'MaterializedView'
            )
        ),
        (
            SELECT arraySort(groupArray((name, engine, comment)))
            FROM system.tables
            WHERE database = currentDatabase() AND NOT startsWith(name, '.') AND engine != 'MaterializedView'
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

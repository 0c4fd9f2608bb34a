-- One hash of all that decides what the engine makes of a statement, besides the statement: definitions of tables,
-- views and SQL functions, settings, the engine's version. A refresh of a view makes a table `.tmp…` for the while.
SELECT
    hex(SHA256(toString(tuple(
        (
            SELECT arraySort(groupArray((name, create_table_query)))
            FROM system.tables
            WHERE database = currentDatabase() AND NOT startsWith(name, '.tmp')
        ),
        (SELECT arraySort(groupArray((name, create_query))) FROM system.functions WHERE origin = 'SQLUserDefined'),
        (SELECT arraySort(groupArray((name, value))) FROM system.settings WHERE changed),
        currentDatabase(),
        version()
    )))) AS fingerprint

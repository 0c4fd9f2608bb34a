-- One hash of these tables and views as they are now. The engine's version and settings are left out: a bundle is made with
-- another engine than it meets. The names are conditions that the engine looks up, not a function's: it would look at each table.
SELECT
    hex(SHA256(toString(tuple(
        (
            SELECT arraySort(groupArray((table, name, type, default_kind, default_expression)))
            FROM system.columns
            WHERE database = currentDatabase() AND table IN {tables:Array(String)}
        ),
        (
            SELECT arraySort(groupArray((name, engine, comment)))
            FROM system.tables
            WHERE database = currentDatabase() AND name IN {tables:Array(String)}
        ),
        (
            SELECT arraySort(groupArray((name, create_table_query)))
            FROM system.tables
            WHERE database = currentDatabase() AND engine = 'View' AND name IN {tables:Array(String)}
        ),
        currentDatabase()
    )))) AS hash

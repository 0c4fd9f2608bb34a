-- One hash of these tables, views and SQL functions as they are now. The engine's version and settings are left out: a bundle
-- is made with another engine than it meets.
SELECT
    hex(SHA256(toString(tuple(
        (
            SELECT arraySort(groupArray((table, name, type, default_kind, default_expression)))
            FROM system.columns
            WHERE database = currentDatabase() AND has({tables:Array(String)}, table)
        ),
        (
            SELECT arraySort(groupArray((name, engine, comment)))
            FROM system.tables
            WHERE database = currentDatabase() AND has({tables:Array(String)}, name)
        ),
        (
            SELECT arraySort(groupArray((name, create_table_query)))
            FROM system.tables
            WHERE database = currentDatabase() AND engine = 'View' AND has({tables:Array(String)}, name)
        ),
        (
            SELECT arraySort(groupArray((name, create_query)))
            FROM system.functions
            WHERE origin = 'SQLUserDefined' AND has({functions:Array(String)}, name)
        ),
        currentDatabase()
    )))) AS hash

-- Tables as the cache follows them: a view by its SELECT, a materialized view to the table it writes, a dictionary as it is.
SELECT
    concat(database, '.', name) AS table,
    engine,
    as_select AS select,
    if(
        engine = 'MaterializedView',
        coalesce(
            nullIf(replaceAll(extract(create_table_query, ' TO ([^ ]+) \\('), '`', ''), ''),
            concat(database, '.', '.inner_id.', toString(uuid))
        ),
        ''
    ) AS target
FROM system.tables
-- the name alone lets the engine look into no other table, whose statements take long to print
WHERE has(arrayMap(table -> substring(table, position(table, '.') + 1), {tables:Array(String)}), name)
  AND (concat(database, '.', name) IN {tables:Array(String)}
    OR (engine = 'Dictionary' AND database = currentDatabase() AND name IN {tables:Array(String)}))
ORDER BY table

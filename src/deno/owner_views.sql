-- Views that read with their owner's rights, past the row policies of who asks: nobody may be granted them.
SELECT concat(database, '.', name) AS name
FROM system.tables
WHERE database = currentDatabase()
    AND engine = 'View'
    AND match(create_table_query, '\\bSQL SECURITY (DEFINER|NONE)\\b')

-- The tables and views of the database that the user may see: whose rows belong to tenants, what their comments declare, such
-- as `access: gateway; writers: cohorts`, and which views read with their owner's rights. The statements of other tables are
-- not asked for: to print them takes long. Nor are materialized views, which none of the gateway's users reads.
SELECT
    concat(database, '.', table) AS name,
    engine,
    table IN (
        SELECT table
        FROM system.columns
        WHERE database = currentDatabase() AND name = 'tenant_id' AND table NOT IN (
            SELECT name FROM system.tables
            WHERE database = currentDatabase() AND engine = 'MaterializedView'
        )
    ) AS hasTenant,
    extract(comment, '\\baccess: (\\w+)') AS access,
    splitByRegexp(', ?', extract(comment, '\\bwriters: (\\w[\\w, -]*)')) AS writers,
    table IN (
        SELECT table
        FROM system.tables
        WHERE database = currentDatabase()
            AND engine = 'View'
            AND match(create_table_query, '\\bSQL SECURITY (DEFINER|NONE)\\b')
    ) AS runsAsOwner
FROM system.tables
WHERE database = currentDatabase() AND engine != 'MaterializedView' AND NOT startsWith(table, '.')
ORDER BY name

-- The tables and views of the database that the user may see: whose rows belong to tenants, and what their comments declare,
-- such as `access: gateway; writers: cohorts`.
WITH
    columns AS
    (
        SELECT
            table,
            name,
            comment = 'access: operator' AS isOperators
        FROM system.columns
        WHERE database = currentDatabase()
    ),
    open AS
    (
        SELECT
            table,
            arraySort(groupArrayIf(name, NOT isOperators)) AS names
        FROM columns
        GROUP BY table
    )
SELECT
    concat(database, '.', table) AS name,
    engine,
    table IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'tenant_id') AS hasTenant,
    extract(comment, '\\baccess: (\\w+)') AS access,
    splitByRegexp(', ?', extract(comment, '\\bwriters: (\\w[\\w, -]*)')) AS writers,
    match(create_table_query, '\\bSQL SECURITY (DEFINER|NONE)\\b') AS runsAsOwner,
    table IN (SELECT table FROM columns WHERE isOperators) AS hasClosedColumns,
    if(hasClosedColumns, (SELECT mapFromArrays(groupArray(table), groupArray(names)) FROM open)[table], []) AS openColumns
FROM system.tables
WHERE database = currentDatabase() AND NOT startsWith(table, '.')
ORDER BY name

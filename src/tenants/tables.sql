-- The tables and views of the database that the user may see: whose rows belong to tenants, and what their comments declare,
-- such as `access: gateway; writers: cohorts`.
SELECT
    concat(database, '.', table) AS name,
    engine,
    table IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'tenant_id') AS hasTenant,
    extract(comment, '\\baccess: (\\w+)') AS access,
    splitByRegexp(', ?', extract(comment, '\\bwriters: (\\w[\\w, -]*)')) AS writers
FROM system.tables
WHERE database = currentDatabase() AND NOT startsWith(table, '.')
ORDER BY name

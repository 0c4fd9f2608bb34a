-- The tables of the database: whose rows belong to tenants, and which only hand on what others hold.
SELECT
    concat(database, '.', name) AS name,
    table IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'tenant_id') AS hasTenant,
    engine NOT LIKE '%MergeTree' AS handsOn
FROM system.tables
WHERE database = currentDatabase()
ORDER BY name

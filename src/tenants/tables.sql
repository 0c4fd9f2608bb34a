-- The tables whose rows belong to tenants.
SELECT DISTINCT table AS name
FROM system.columns
WHERE database = currentDatabase()
  AND name = 'tenant_id'
ORDER BY name

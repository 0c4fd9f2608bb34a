-- How many API keys a tenant has, or all tenants.
SELECT uniqExact(id) AS total
FROM api_keys
WHERE ({id:Nullable(UUID)} IS NULL OR id = {id:Nullable(UUID)})
  AND ({tenantId:Nullable(String)} IS NULL OR tenant_id = {tenantId:Nullable(String)})

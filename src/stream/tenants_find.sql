-- What admins have decided for tenants.
SELECT
    tenant_id AS tenantId,
    argMax(enabled, changed_at) AS isEnabled
FROM streaming_tenants
GROUP BY tenant_id

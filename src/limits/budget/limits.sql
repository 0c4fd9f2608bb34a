SELECT
    tenant_id AS tenantId,
    daily,
    monthly,
    daily_bytes AS dailyBytes,
    per_second AS perSecond
FROM tenant_budgets
FINAL
WHERE tenant_id IN {tenants:Array(String)}

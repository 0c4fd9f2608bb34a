-- Syncs that brought tenants something, after a row in the order of time.
SELECT
    tenant_id AS tenantId,
    cause,
    data,
    toUnixTimestamp64Milli(at) AS at
FROM live_events
WHERE type = 'analytics.synced'
  AND tenant_id != ''
  AND (at, tenant_id, cause) > (fromUnixTimestamp64Milli({at:Int64}, 'UTC'), {tenantId:String}, {cause:String})
ORDER BY
    live_events.at,
    tenant_id,
    cause
LIMIT 1000

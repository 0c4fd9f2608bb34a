-- The key's row again, revoked; nothing when that was done before.
INSERT INTO api_keys (hash, id, tenant_id, name, scopes, created_at, expires_at, revoked_at)
SELECT
    hash,
    any(id),
    any(tenant_id),
    any(name),
    any(scopes),
    any(created_at),
    any(expires_at),
    {now:DateTime64(3, 'UTC')}
FROM api_keys
WHERE id = {id:UUID}
GROUP BY hash
HAVING max(toUnixTimestamp64Milli(revoked_at)) = 0

-- The API keys with these hashes or ids that were not revoked.
SELECT
    lower(hex(hash)) AS digest,
    any(id) AS id,
    any(tenant_id) AS tenantId,
    any(scopes) AS scopes,
    any(toUnixTimestamp64Milli(expires_at)) AS expiresAt,
    max(toUnixTimestamp64Milli(revoked_at)) AS revokedAt
FROM api_keys
WHERE hash IN (
        SELECT toFixedString(unhex(arrayJoin({hashes:Array(String)})), 32)
        UNION ALL
        SELECT hash
        FROM api_keys
        WHERE id IN {ids:Array(UUID)}
    )
GROUP BY hash
HAVING revokedAt = 0

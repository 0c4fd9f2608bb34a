-- API keys of a tenant, or of all tenants, newest first; without their hashes.
WITH
    listed AS
    (
        SELECT
            id,
            any(tenant_id) AS tenantId,
            any(api_keys.name) AS keyName,
            any(api_keys.scopes) AS keyScopes,
            any(created_at) AS createdAt,
            any(expires_at) AS expiresAt,
            max(revoked_at) AS revokedAt
        FROM api_keys
        WHERE {tenantId:Nullable(String)} IS NULL OR tenant_id = {tenantId:Nullable(String)}
        GROUP BY id
        ORDER BY
            createdAt DESC,
            id
        LIMIT {limit:UInt32}
        OFFSET {offset:UInt32}
    ),
    uses AS
    (
        SELECT
            key_id,
            max(used_at) AS usedAt
        FROM api_key_uses
        WHERE key_id IN (SELECT id FROM listed)
        GROUP BY key_id
    )
SELECT
    id,
    tenantId,
    keyName AS name,
    keyScopes AS scopes,
    iso_millis(createdAt, 'UTC') AS createdAt,
    if(expiresAt IS NULL, NULL, iso_millis(expiresAt, 'UTC')) AS expiresAt,
    if(toUnixTimestamp64Milli(revokedAt) = 0, NULL, iso_millis(revokedAt, 'UTC')) AS revokedAt,
    if(toUnixTimestamp64Milli(usedAt) = 0, NULL, iso_millis(usedAt, 'UTC')) AS lastUsedAt
FROM listed
LEFT JOIN uses ON uses.key_id = listed.id
ORDER BY
    listed.createdAt DESC,
    id

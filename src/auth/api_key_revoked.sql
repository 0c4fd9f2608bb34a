-- The API keys with these ids that were revoked.
SELECT DISTINCT id
FROM api_keys
WHERE id IN (SELECT arrayJoin({ids:Array(UUID)}))
    AND toUnixTimestamp64Milli(revoked_at) > 0

-- The state of a request with an Idempotency-Key, and how long ago it was written.
SELECT
    state,
    fingerprint,
    answer,
    dateDiff('millisecond', updated_at, now64(3)) AS ageMs
FROM idempotency_keys
WHERE tenant_id = {tenantId:String}
  AND stream = {stream:String}
  AND key = {key:String}
ORDER BY updated_at DESC, state DESC
LIMIT 1

-- Who last took each check's turn, for which slot, and how long ago by the server's clock.
SELECT
    check_name AS name,
    toUnixTimestamp64Milli(max(slot)) AS slotMs,
    argMax(quality_claims.attempt, (slot, quality_claims.attempt)) AS attempt,
    argMax(quality_claims.instance, (slot, quality_claims.attempt)) AS instance,
    dateDiff('millisecond', argMax(claimed_at, (slot, quality_claims.attempt)), now64(3)) AS ageMs
FROM quality_claims
WHERE check_name IN {names:Array(String)}
GROUP BY name

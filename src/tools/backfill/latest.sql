-- The backfill of this name that was begun last, unless it is over.
SELECT
    backfill,
    max(chunk) AS chunks,
    max(lines) AS lines,
    max(horizon) AS horizon
FROM backfill_chunks
WHERE name = {name:String}
    AND stored_at > now() - INTERVAL 7 DAY
GROUP BY backfill
HAVING NOT max(is_last)
ORDER BY max(stored_at) DESC
LIMIT 1

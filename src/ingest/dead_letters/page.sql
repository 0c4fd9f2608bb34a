-- The ids of a page of dead letters, the newest first, with when each first came. Their lines are not read.
SELECT
    id,
    toString(min(received_at)) AS firstAt
FROM rejected_events
WHERE /* matching.sql */
GROUP BY id
HAVING {afterId:Nullable(UUID)} IS NULL
    OR (min(received_at), id) < ({afterAt:Nullable(DateTime64(3, 'UTC'))}, {afterId:Nullable(UUID)})
ORDER BY
    min(received_at) DESC,
    id DESC
LIMIT {limit:UInt32}

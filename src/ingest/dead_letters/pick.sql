-- The next dead letters to send again, in the order in which they are stored, with how their last replay ended. `at` is the
-- engine's own time: what comes later is for the next replay.
WITH letters AS
(
    SELECT
        tenant_id,
        stream,
        received_at,
        id,
        is_cut,
        line_bytes
    FROM rejected_events
    WHERE /* matching.sql */
        AND ({isOwned:Nullable(Bool)} IS NULL OR (tenant_id != '') = {isOwned:Nullable(Bool)})
        AND ({until:Nullable(DateTime64(3, 'UTC'))} IS NULL OR received_at < {until:Nullable(DateTime64(3, 'UTC'))})
        AND tenant_id >= {afterTenant:String}
        AND (tenant_id, stream, received_at, id) >
            ({afterTenant:String}, {afterStream:String}, {afterAt:DateTime64(3, 'UTC')}, {afterId:UUID})
    ORDER BY
        tenant_id,
        stream,
        received_at,
        id
    LIMIT {limit:UInt32}
)
SELECT
    tenant_id AS tenantId,
    stream,
    toString(received_at) AS receivedAt,
    id,
    is_cut AS isCut,
    line_bytes AS lineBytes,
    toString(last_outcome) AS outcome,
    iso_millis(last_at, 'UTC') AS replayedAt,
    toString(now64(3, 'UTC')) AS at
FROM letters
LEFT JOIN
(
    SELECT
        letter_id,
        max(replayed_at) AS last_at,
        argMax(outcome, replayed_at) AS last_outcome
    FROM dead_letter_replays
    WHERE letter_id IN (SELECT id FROM letters)
    GROUP BY letter_id
) AS replays ON letter_id = id
ORDER BY
    tenant_id,
    stream,
    received_at,
    id

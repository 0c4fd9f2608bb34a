-- The next dead letters to send again, in the order in which they are stored, with how their last replay ended. `at` is the
-- engine's own time: what comes later is for the next replay.
-- Only in the order of the primary key alone does the engine stop reading after so many rows. So the instant of the last of
-- them is found first, and those up to it are put in the order of their ids too. The conditions on parts of the key say the
-- same as those on tuples, as the key is looked up.
WITH
    waiting AS
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
            AND (tenant_id > {afterTenant:String} OR stream >= {afterStream:String})
            AND
            (
                tenant_id > {afterTenant:String}
                OR stream > {afterStream:String}
                OR received_at >= {afterAt:DateTime64(3, 'UTC')}
            )
            AND (tenant_id, stream, received_at, id) >
                ({afterTenant:String}, {afterStream:String}, {afterAt:DateTime64(3, 'UTC')}, {afterId:UUID})
    ),
    (
        SELECT groupArray((tenant_id, toString(stream), received_at))
        FROM
        (
            SELECT
                tenant_id,
                stream,
                received_at
            FROM waiting
            ORDER BY
                tenant_id,
                stream,
                received_at
            LIMIT 1
            OFFSET {limit:UInt32} - 1
        )
    ) AS lasts,
    lasts[1] AS last,
    letters AS
    (
        SELECT *
        FROM waiting
        WHERE empty(lasts)
            OR (tenant_id <= last.1
                AND (tenant_id < last.1 OR stream <= last.2)
                AND (tenant_id < last.1 OR stream < last.2 OR received_at <= last.3))
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
    toString(now64(3, 'UTC')) AS at,
    empty(lasts) AS isEnd
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

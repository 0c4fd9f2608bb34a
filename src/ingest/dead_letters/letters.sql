-- What is known of dead letters from when each first came, and how its last replay ended.
WITH
    letters AS
    (
        SELECT
            id,
            min(received_at) AS first_at,
            any(tenant_id) AS tenant_id,
            any(stream) AS stream,
            any(source) AS source,
            any(request_id) AS request_id,
            any(line_number) AS line_number,
            any(reason) AS reason,
            any(toValidUTF8(substring(line, 1, {shownBytes:UInt64}))) AS shown_line,
            any(line_bytes) AS line_bytes,
            any(is_cut) AS is_cut
        FROM rejected_events
        WHERE rejected_events.source != 'replay'
            AND ({ownTenant:Nullable(String)} IS NULL OR rejected_events.tenant_id = {ownTenant:Nullable(String)})
            AND id IN {ids:Array(UUID)}
        GROUP BY id
    ),
    replays AS
    (
        SELECT
            letter_id,
            max(replayed_at) AS last_at,
            argMax(outcome, replayed_at) AS last_outcome,
            argMax(reason, replayed_at) AS last_reason
        FROM dead_letter_replays
        WHERE letter_id IN {ids:Array(UUID)}
        GROUP BY letter_id
    )
SELECT
    id,
    iso_millis(first_at, 'UTC') AS receivedAt,
    tenant_id AS tenantId,
    stream,
    source,
    reason,
    shown_line AS line,
    line_bytes AS lineBytes,
    is_cut AS isCut,
    request_id AS requestId,
    line_number AS lineNumber,
    if(last_outcome = '', NULL, iso_millis(last_at, 'UTC')) AS replayedAt,
    nullIf(toString(last_outcome), '') AS outcome,
    nullIf(last_reason, '') AS refusedAgain
FROM letters
LEFT JOIN replays ON letter_id = id

-- Dead letters of a stream as rows of its landing table. They keep the time at which they first came: a line that does not say
-- when its row was changed must not take the place of one that came after it. One without an id gets the letter's.
SELECT
    if(letter.tenant_id = '', {asTenantId:String}, letter.tenant_id) AS tenant_id,
    letter.id AS request_id,
    'replay' AS source,
    {attempt:UInt32} AS line_number,
    '' AS fault,
    with_event_id(letter.line, toString(letter.id)) AS line,
    letter.received_at AS received_at
FROM
(
    SELECT
        id,
        any(rejected_events.tenant_id) AS tenant_id,
        any(rejected_events.line) AS line,
        min(rejected_events.received_at) AS received_at
    FROM rejected_events
    WHERE rejected_events.source != 'replay'
        AND rejected_events.stream = {stream:String}
        AND rejected_events.received_at BETWEEN {first:DateTime64(3, 'UTC')} AND {last:DateTime64(3, 'UTC')}
        AND id IN {ids:Array(UUID)}
    GROUP BY id
) AS letter
FORMAT RowBinary

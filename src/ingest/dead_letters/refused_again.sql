-- Which dead letters were refused again by this attempt, and why.
SELECT
    request_id AS id,
    min(reason) AS reason
FROM rejected_events
WHERE source = 'replay'
    AND stream = {stream:String}
    AND received_at BETWEEN {first:DateTime64(3, 'UTC')} AND {last:DateTime64(3, 'UTC')}
    AND line_number = {attempt:UInt32}
    AND request_id IN {ids:Array(UUID)}
GROUP BY request_id

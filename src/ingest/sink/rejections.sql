-- Lines of these messages that their stream's views refused, whether of this delivery or of one before, by message: a line of
-- several has its message's place in the upper half of its number.
SELECT
    request_id AS requestId,
    if(request_id IN {requestIdsSeveral:Array(UUID)}, bitShiftRight(line_number, 16), line_number) AS message,
    uniqExact(line_number) AS lines,
    any(reason) AS reason
FROM rejected_events
WHERE stream = {stream:String}
  AND source = 'nats'
  AND received_at >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')
  AND ((request_id IN {requestIds:Array(UUID)}
    AND line_number BETWEEN {first:UInt32} AND {last:UInt32})
   OR (request_id IN {requestIdsSeveral:Array(UUID)}
    AND line_number BETWEEN {firstSeveral:UInt32} AND {lastSeveral:UInt32}))
GROUP BY
    requestId,
    message
LIMIT 20000

-- Lines of these messages that their stream's views refused, whether of this delivery or of one before.
SELECT
    request_id AS requestId,
    line_number AS number,
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
    request_id,
    line_number
LIMIT 20000

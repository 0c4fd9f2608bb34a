-- What was refused of one request: how many lines, and the first twenty of them.
SELECT
    uniqExact(line_number) AS rejected,
    groupArraySorted(20)((line_number, reason)) AS first
FROM rejected_events
WHERE tenant_id = {tenantId:String}
  AND stream = {stream:String}
  AND received_at >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')
  AND request_id = {requestId:UUID}

-- Where the rows stand that a gateway wrote to find its position.
SELECT
    _block_number AS number,
    _block_offset AS offset,
    toUnixTimestamp64Milli(at) AS at
FROM live_events
WHERE tenant_id = ''
    AND cause = {cause:String}
    AND at > now64(3) - INTERVAL 1 DAY

-- What a tenant has missed after a position.
SELECT
    tenant_id AS tenantId,
    type,
    toUnixTimestamp64Milli(at) AS at,
    if(length(data) > 65536, 'null', data) AS data,
    _block_number AS number,
    _block_offset AS offset
FROM live_events
WHERE tenant_id = {tenantId:String}
    AND _block_number >= {number:UInt64}
    AND (_block_number, _block_offset) > ({number:UInt64}, {offset:UInt64})
    AND (empty({types:Array(String)}) OR has({types:Array(String)}, type))
ORDER BY
    number,
    offset
LIMIT {limit:UInt32}

-- The row at a position, as proof that the log is the same, and those that became visible after it. Longer data is left out.
SELECT
    tenant_id AS tenantId,
    type,
    toUnixTimestamp64Milli(at) AS at,
    if(length(data) > 65536, 'null', data) AS data,
    _block_number AS number,
    _block_offset AS offset
FROM live_events
WHERE _block_number >= {number:UInt64}
    AND (_block_number, _block_offset) >= ({number:UInt64}, {offset:UInt64})
ORDER BY
    number,
    offset
LIMIT {limit:UInt32}

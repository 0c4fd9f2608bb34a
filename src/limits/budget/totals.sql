SELECT
    tenant_id AS tenantId,
    sumIf(queries, day = {day:Date}) AS dayQueries,
    sumIf(bytes_read, day = {day:Date}) AS dayBytes,
    sum(queries) AS monthQueries,
    CAST(
        groupArrayIf((instance, held), held > 0 AND instance != {instance:UUID}),
        'Array(Tuple(instance UUID, held UInt64))') AS holders
FROM tenant_usage
FINAL
WHERE tenant_id IN {tenants:Array(String)}
    AND day BETWEEN toStartOfMonth({day:Date}) AND toLastDayOfMonth({day:Date})
GROUP BY tenant_id

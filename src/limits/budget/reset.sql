INSERT INTO tenant_usage (tenant_id, day, instance, generation, version, queries, bytes_read, held)
SELECT
    tenant_id,
    day,
    {reset:UUID},
    0,
    1,
    -sum(queries),
    -sum(bytes_read),
    0
FROM tenant_usage
FINAL
WHERE tenant_id = {tenantId:String}
    AND day BETWEEN toStartOfMonth({day:Date}) AND toLastDayOfMonth({day:Date})
    AND instance != {reset:UUID}
GROUP BY
    tenant_id,
    day

-- What others used of each tenant's budgets, what they hold of them, and the limits that an admin set. `own…` is what
-- this gateway wrote of the day. Held queries of a gateway that is not alive are void.
WITH
    (
        SELECT groupArray(instance)
        FROM
        (
            SELECT instance
            FROM gateway_instances
            GROUP BY instance
            HAVING max(seen_at) > now64(3) - toIntervalSecond({aliveSeconds:UInt32})
        )
    ) AS alive
SELECT
    tenant_id AS tenantId,
    length(alive) AS instances,
    sumIf(queries, isToday AND NOT isOwn) AS dayQueries,
    sumIf(bytes_read, isToday AND NOT isOwn) AS dayBytes,
    sumIf(queries, NOT (isToday AND isOwn)) AS monthQueries,
    sumIf(queries, isToday AND isOwn) AS ownQueries,
    sumIf(bytes_read, isToday AND isOwn) AS ownBytes,
    sumIf(held, isToday AND isHeld) AS dayHeld,
    sumIf(held, isHeld) AS monthHeld,
    countIf(isHeld AND instance < {instance:UUID}) AS holdersBefore,
    max(daily_limit) AS daily,
    max(monthly_limit) AS monthly,
    max(daily_bytes_limit) AS dailyBytes,
    max(per_second_limit) AS perSecond
FROM
(
    SELECT
        tenant_id,
        instance,
        queries,
        bytes_read,
        held,
        day = {day:Date} AS isToday,
        instance = {instance:UUID} AS isOwn,
        held > 0 AND NOT isOwn AND has(alive, instance) AS isHeld,
        NULL::Nullable(UInt64) AS daily_limit,
        NULL::Nullable(UInt64) AS monthly_limit,
        NULL::Nullable(UInt64) AS daily_bytes_limit,
        NULL::Nullable(UInt32) AS per_second_limit
    FROM tenant_usage
    FINAL
    WHERE tenant_id IN {tenants:Array(String)}
        AND day BETWEEN toStartOfMonth({day:Date}) AND toLastDayOfMonth({day:Date})
    UNION ALL
    SELECT
        tenant_id,
        toUUID('00000000-0000-0000-0000-000000000000') AS instance,
        0 AS queries,
        0 AS bytes_read,
        0 AS held,
        false AS isToday,
        false AS isOwn,
        false AS isHeld,
        daily AS daily_limit,
        monthly AS monthly_limit,
        daily_bytes AS daily_bytes_limit,
        per_second AS per_second_limit
    FROM tenant_budgets
    FINAL
    WHERE tenant_id IN {tenants:Array(String)}
    UNION ALL
    SELECT
        arrayJoin({tenants:Array(String)}),
        toUUID('00000000-0000-0000-0000-000000000000'),
        0,
        0,
        0,
        false,
        false,
        false,
        NULL,
        NULL,
        NULL,
        NULL
)
GROUP BY tenant_id

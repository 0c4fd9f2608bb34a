-- Some days of demo metrics, as their producers would have sent them; {day}, {days} and {until} as in outreach.sql. Each day
-- some users have hours of participation and an engagement, and each company a return on its investment.
INSERT INTO csr_metrics_landing (tenant_id, request_id, line_number, source, fault, line)
WITH
    (key, purpose) -> sipHash64(key, purpose) / 18446744073709551616. AS chance,
    made AS
    (
        SELECT
            tenant,
            {day:Date} + day_offset AS day,
            arrayJoin(range(daily)) AS number,
            (tenant, day, number) AS key,
            if(number = 0, 'sroi', ['participation_hours', 'engagement'][1 + number % 2]) AS metric
        FROM values(
            'tenant String, daily UInt32, pool UInt32',
            ('acme', 60, 3000), ('globex', 24, 900), ('initech', 12, 300))
        ARRAY JOIN range({days:UInt8}) AS day_offset
    )
SELECT
    tenant,
    toUUID('00000000-0000-4000-8000-000000000000') AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    'demo' AS source,
    '' AS fault,
    concat(
        '{"id":"', tenant, '-metric-', toString(day), '-', toString(number),
        if(metric = 'sroi', '', concat('","userId":"', tenant, '-user-', toString(1 + sipHash64(key, 'user') % 300))),
        '","metric":"', metric,
        '","value":', toString(round(multiIf(metric = 'sroi', 2.5 + chance(key, 'value'), metric = 'engagement', chance(key, 'value'), chance(key, 'value') * 4), 2)),
        ',"periodStart":"', toString(day), 'T00:00:00Z"}') AS line
FROM made
WHERE toDateTime64(day, 3, 'UTC') <= {until:DateTime64(3, 'UTC')}

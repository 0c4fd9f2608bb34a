-- Some days of demo rows of {{stream}}, as their producers would have sent them: {day} the first UTC day, {days} how many,
-- and nothing after {until}. A day has the same rows with the same ids whenever it is loaded, so that none counts twice.
INSERT INTO {{stream}}_landing (tenant_id, request_id, line_number, source, fault, line)
WITH
    made AS
    (
        SELECT
            tenant,
            {day:Date} + day_offset AS day,
            arrayJoin(range(daily)) AS number,
            sipHash64(tenant, day, number) AS chance,
            toDateTime64(day, 3, 'UTC') + toIntervalSecond(chance % 86400) AS at
        FROM values('tenant String, daily UInt32', ('acme', 12), ('globex', 5), ('initech', 2))
        ARRAY JOIN range({days:UInt8}) AS day_offset
    )
SELECT
    tenant,
    toUUID('00000000-0000-4000-8000-000000000000') AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    'demo' AS source,
    '' AS fault,
    toJSONString(CAST(
        tuple(
            {{values}}
        ),
        'Tuple({{types}})')) AS line
FROM made
WHERE at <= {until:DateTime64(3, 'UTC')}

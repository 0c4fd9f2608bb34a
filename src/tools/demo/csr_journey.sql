-- Some days of demo enrolments with what follows from them within 17 days, as their producers would have sent them; {day},
-- {days} and {until} as in outreach.sql. A step is a pure function of its enrolment. Of ten users who enrol some eight are
-- matched, seven become active and five complete.
INSERT INTO csr_journey_landing (tenant_id, request_id, line_number, source, fault, line)
WITH
    (key, purpose) -> sipHash64(key, purpose) / 18446744073709551616. AS chance,
    enrolments AS
    (
        SELECT
            tenant,
            {day:Date} + day_offset AS day,
            arrayJoin(range(daily)) AS number,
            (tenant, day, number) AS key,
            concat(tenant, '-user-', toString(1 + toUInt32(chance(key, 'user') * pool))) AS user,
            toDateTime64(day, 3, 'UTC') + toIntervalSecond(toUInt32(chance(key, 'time') * 86400)) AS enrolled,
            -- how far this one gets: a step is taken by those whose chance is below its share
            chance(key, 'far') AS far,
            arrayJoin([('enrolled', 1., 0), ('matched', 0.8, 86400 * 4), ('active', 0.68, 86400 * 8), ('completed', 0.5, 86400 * 16)]) AS step
        FROM values(
            'tenant String, daily UInt32, pool UInt32',
            ('acme', 45, 3000), ('globex', 15, 900), ('initech', 6, 300))
        ARRAY JOIN range({days:UInt8}) AS day_offset
    )
SELECT
    tenant,
    toUUID('00000000-0000-4000-8000-000000000000') AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    'demo' AS source,
    '' AS fault,
    concat(
        '{"id":"', tenant, '-step-', toString(day), '-', toString(number), '-', step.1,
        '","userId":"', user,
        '","programId":"', ['buddy', 'language', 'mentoring', 'upskilling'][1 + sipHash64(user, 'programme') % 4],
        '","stage":"', step.1,
        '","occurredAt":"', formatDateTime(at, '%Y-%m-%dT%H:%i:%SZ'), '"}') AS line
FROM
(
    SELECT
        *,
        enrolled + toIntervalSecond(toUInt32(step.3 * (0.5 + chance((key, step.1), 'wait') / 2))) AS at
    FROM enrolments
    WHERE far < step.2
)
WHERE at <= {until:DateTime64(3, 'UTC')}

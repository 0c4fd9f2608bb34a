-- Some days of demo outcome scores, as their producers would have sent them; {day}, {days} and {until} as in outreach.sql.
-- A score is a pure function of its tenant, day and number, so a day that is loaded again changes nothing. A user's scores
-- grow by some hundredths a month; a company, a programme and a dimension have levels of their own.
INSERT INTO csr_scores_landing (tenant_id, request_id, line_number, source, fault, line)
WITH
    (key, purpose) -> sipHash64(key, purpose) / 18446744073709551616. AS chance,
    made AS
    (
        SELECT
            tenant,
            {day:Date} + day_offset AS day,
            arrayJoin(range(daily)) AS number,
            (tenant, day, number) AS key,
            concat(tenant, '-user-', toString(1 + toUInt32(chance(key, 'user') * pool))) AS user,
            ['confidence', 'belonging', 'lang_level_proxy', 'job_readiness', 'well_being'][1 + number % 5] AS dimension,
            ['buddy', 'language', 'mentoring', 'upskilling'][1 + sipHash64(user, 'programme') % 4] AS programme,
            toDateTime64(day, 3, 'UTC') + toIntervalMillisecond(toUInt32(chance(key, 'time') * 86400000)) AS at,
            0.45 + level + 0.1 * (chance((tenant, programme), 'level') - 0.5) + 0.2 * (chance((tenant, dimension), 'level') - 0.5)
                + 0.0004 * (day - toDate('2026-01-01')) + 0.3 * (chance(key, 'score') + chance(key, 'more') - 1) AS score
        FROM values(
            'tenant String, daily UInt32, pool UInt32, level Float64',
            ('acme', 400, 3000, 0.05), ('globex', 150, 900, 0.), ('initech', 60, 300, -0.05), ('hooli', 25, 200, 0.1),
            ('umbrella', 25, 200, -0.1), ('stark', 25, 200, 0.08), ('wayne', 25, 200, 0.02), ('tyrell', 25, 200, -0.03),
            ('soylent', 25, 200, -0.07), ('cyberdyne', 25, 200, 0.04), ('wonka', 25, 200, 0.12), ('aperture', 25, 200, -0.02),
            ('oscorp', 25, 200, 0.01), ('vandelay', 25, 200, 0.03))
        ARRAY JOIN range({days:UInt8}) AS day_offset
    )
SELECT
    tenant,
    toUUID('00000000-0000-4000-8000-000000000000') AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    'demo' AS source,
    '' AS fault,
    concat(
        '{"id":"', tenant, '-score-', toString(day), '-', toString(number),
        '","userId":"', user,
        '","programId":"', programme,
        '","location":"', ['Oslo', 'Berlin', 'Zürich', 'Malmö', 'remote'][1 + sipHash64(user, 'location') % 5],
        '","demographic":"', ['18-24', '25-34', '35-44', '45+'][1 + sipHash64(user, 'age') % 4],
        '","dimension":"', dimension,
        '","textType":"', ['survey', 'check-in', 'diary'][1 + sipHash64(key, 'type') % 3],
        '","score":', toString(round(least(greatest(score, 0), 1), 3)),
        ',"createdAt":"', formatDateTime(at, '%Y-%m-%dT%H:%i:%SZ'), '"}') AS line
FROM made
WHERE at <= {until:DateTime64(3, 'UTC')}

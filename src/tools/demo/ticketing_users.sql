-- The demo users of ticketing, as changes that were told once; loaded again, they change nothing. A fifth of them became regulars
-- some time in 2026, and one in twenty has moved since.
INSERT INTO ticketing_users_landing (tenant_id, request_id, line_number, source, fault, line)
WITH
    (key, purpose) -> sipHash64(key, purpose) / 18446744073709551616. AS chance,
    users AS
    (
        SELECT
            tenant,
            home,
            concat('user-', toString(number)) AS user_id,
            (tenant, user_id) AS key
        FROM values('tenant String, home String', ('acme', 'DE'), ('globex', 'CH'), ('initech', 'US'))
        ARRAY JOIN range(2500) AS number
    ),
    lines AS
    (
        SELECT
            tenant,
            arrayJoin(arrayConcat(
                [
                    (
                        1,
                        toDateTime64('2025-01-01 00:00:00', 3, 'UTC') + toIntervalSecond(toUInt32(chance(key, 'joined') * 31536000)),
                        concat('User ', substring(user_id, 6)),
                        if(chance(key, 'country') < 0.8, home, 'GB'),
                        'new'
                    )::Tuple(UInt8, DateTime64(3, 'UTC'), Nullable(String), Nullable(String), Nullable(String))
                ],
                if(
                    chance(key, 'regular') < 0.2,
                    [
                        (
                            2,
                            toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalSecond(toUInt32(chance(key, 'since') * 25920000)),
                            NULL,
                            NULL,
                            'regular'
                        )::Tuple(UInt8, DateTime64(3, 'UTC'), Nullable(String), Nullable(String), Nullable(String))
                    ],
                    []),
                if(
                    chance(key, 'moves') < 0.05,
                    [
                        (
                            3,
                            toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalSecond(toUInt32(chance(key, 'moved') * 25920000)),
                            NULL,
                            'FR',
                            NULL
                        )::Tuple(UInt8, DateTime64(3, 'UTC'), Nullable(String), Nullable(String), Nullable(String))
                    ],
                    []))) AS change,
            toJSONString(CAST(
                (
                    concat(user_id, '-', toString(change.1)), user_id, iso_millis(change.2, 'UTC'), change.3, change.4, change.5
                ),
                'Tuple(id String, userId String, changedAt String, name Nullable(String), country Nullable(String), segment Nullable(String))'
            )) AS line
        FROM users
    )
SELECT
    tenant,
    toUUID('00000000-0000-4000-8000-000000000000') AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    'demo' AS source,
    '' AS fault,
    line
FROM lines

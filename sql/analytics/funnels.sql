/*---
summary: How far users get through the stages of a programme
description: |
  A user enters with the first stage, on a day of the range, and reaches a later stage when all stages before it came in
  the order given, none more than `window` days after the first; two stages at the same instant count in order. Later
  stages count beyond endDate too. With several entries the one that leads farthest counts, so a user counts once.
  With segmentBy each programme has a funnel of its own, of its own events; a user may be in several.
params:
  stages: { description: "Stages in order, such as enrolled, matched and completed; none twice", example: [enrolled, matched, completed], minItems: 2, maxItems: 10 }
  window: { description: "Days within which the last stage must follow the first", default: 30, minimum: 1, maximum: 3660 }
  startDate: { description: "First day on which users enter; 89 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day on which users enter, included, at most 3660 days after the first, in the years 1971 to 2100; today if absent", example: "2026-03-31", replacesNow: true }
  timezone: { description: IANA time zone of the days, default: UTC, format: timezone, example: Europe/Berlin }
  programId: { description: Only events of this programme, maxLength: 256 }
  segmentBy: { description: "Whether segments has a funnel for each programme", default: none }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
returns: object
columns:
  stages: "Each stage with the users who reached it, how many fewer that is than at the stage before (dropoff), and their share of those (conversionRate, in percent; null when there were none)"
  totalUsers: Users who entered
  overallConversionRate: "Users who reached the last stage / users who entered, in percent; null when nobody entered"
  segments: "The funnel of each programme, by its id; empty unless segmentBy is program"
---*/
WITH
    (SELECT csr_last_day({endDate:Nullable(Date)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS lastDay,
    (SELECT csr_first_day({startDate:Nullable(Date)}, lastDay)) AS firstDay,
    (SELECT csr_stages({stages:Array(String)})) AS stageNames,
    (SELECT local_midnight(firstDay, {timezone:String})) AS entryStart,
    (SELECT local_midnight(lastDay + 1, {timezone:String})) AS entryEnd,
    all_users AS
    (
        SELECT
            csr_stages_reached(
                groupArray(toUInt64(toUnixTimestamp64Milli(occurred_at)) * 16 + transform(stage, {stages:Array(String)}, range(1, length(stageNames) + 1), 0)),
                assumeNotNull(entryEnd),
                {window:UInt16}) AS reached
        FROM csr_journey FINAL
        WHERE tenant_id = {tenantId:String}
            AND stage IN {stages:Array(String)}
            AND day >= firstDay - 1
            AND day <= lastDay + 1 + {window:UInt16}
            AND occurred_at >= entryStart
            AND ({programId:Nullable(String)} IS NULL OR program_id = {programId:Nullable(String)})
        GROUP BY user_hash
    ),
    program_users AS
    (
        SELECT
            program_id,
            csr_stages_reached(
                groupArray(toUInt64(toUnixTimestamp64Milli(occurred_at)) * 16 + transform(stage, {stages:Array(String)}, range(1, length(stageNames) + 1), 0)),
                assumeNotNull(entryEnd),
                {window:UInt16}) AS reached
        FROM csr_journey FINAL
        WHERE tenant_id = {tenantId:String}
            AND stage IN {stages:Array(String)}
            AND day >= firstDay - 1
            AND day <= lastDay + 1 + {window:UInt16}
            AND occurred_at >= entryStart
            AND ({programId:Nullable(String)} IS NULL OR program_id = {programId:Nullable(String)})
            AND {segmentBy:Enum('none', 'program')} = 'program'
        GROUP BY
            program_id,
            user_hash
    ),
    -- of the users who reached so many stages and no more, how many there are
    lengths AS
    (
        SELECT
            true AS isWhole,
            '' AS program,
            reached,
            count() AS users
        FROM all_users
        GROUP BY reached
        UNION ALL
        SELECT
            false AS isWhole,
            toString(program_id) AS program,
            reached,
            count() AS users
        FROM program_users
        GROUP BY
            program,
            reached
        UNION ALL
        -- the whole is there even when nobody entered
        SELECT
            true AS isWhole,
            '' AS program,
            0 AS reached,
            0 AS users
    ),
    funnels AS
    (
        SELECT
            isWhole,
            program,
            sumForEach(arrayMap(place -> if(reached >= place, lengths.users, 0), range(1, length(stageNames) + 1))) AS users,
            arrayMap(
                (name, reaching, before) -> (name, reaching, before - reaching, percent_of(reaching, before)),
                stageNames,
                users,
                arrayPushFront(arrayPopBack(users), users[1])) AS stages,
            percent_of(users[length(users)], users[1]) AS overallRate
        FROM lengths
        GROUP BY
            isWhole,
            program
        HAVING isWhole
            OR users[1] > 0
    )
SELECT
    CAST(anyIf(funnels.stages, isWhole), 'Array(Tuple(stage String, users UInt64, dropoff UInt64, conversionRate Nullable(Float64)))') AS stages,
    anyIf(funnels.users[1], isWhole) AS totalUsers,
    anyIf(overallRate, isWhole) AS overallConversionRate,
    CAST(
        arraySort(segment -> segment.1, groupArrayIf((program, funnels.users[1], overallRate, funnels.stages), NOT isWhole)),
        'Array(Tuple(programId String, totalUsers UInt64, overallConversionRate Nullable(Float64), stages Array(Tuple(stage String, users UInt64, dropoff UInt64, conversionRate Nullable(Float64)))))') AS segments
FROM funnels

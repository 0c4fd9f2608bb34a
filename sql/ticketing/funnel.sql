/*---
summary: How far users get on their way to a ticket
description: |
  A user enters with the first stage, at an instant of the range, and reaches a later stage when all stages before it came in the order
  given, none more than `window` minutes after the first; two stages at the same instant count in order. Later stages count beyond the end
  of the range too. With several entries the one that leads farthest counts, so a user counts once. A session in which nobody has signed
  in is a user of its own. With segmentBy each segment has a funnel of its own, of its own events; a user may be in several.
params:
  stages: { description: "Types of events in order; none twice", default: [view, add_to_cart, checkout, purchase], example: [view, purchase], minItems: 2, maxItems: 9 }
  window: { description: "Minutes within which the last stage must follow the first", default: 1440, minimum: 1, maximum: 129600 }
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  showId: { description: "Only this show; one that no row of the tenant names is a 404", maxLength: 256 }
  segmentBy: { description: "Whether segments has a funnel for each organizer, show, device, channel or country", default: none }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
returns: object
columns:
  timeRange: The range in which users entered, start included, end excluded
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  stages: "Each stage with the users who reached it, how many fewer that is than at the stage before (dropoff), and their share of those (conversionRate, in percent; null when there were none)"
  totalUsers: Users who entered
  overallConversionRate: "Users who reached the last stage / users who entered, in percent; null when nobody entered"
  segments: "The funnel of each segment, most users first; empty unless segmentBy is given. The first thousand are listed"
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    (SELECT ticketing_stages(CAST({stages:Array(Enum('view', 'click', 'add_to_cart', 'checkout', 'purchase', 'refund', 'check_in', 'share', 'favorite'))}, 'Array(String)'))) AS stageNames,
    (
        SELECT throwIf({organizerId:Nullable(String)} IS NOT NULL AND count() = 0, 'not-found: There is no such organizer')
        FROM ticketing_named
        WHERE tenant_id = {tenantId:String}
            AND kind = 'organizer'
            AND id = {organizerId:Nullable(String)}
    ) AS organizerIsMissing,
    (
        SELECT throwIf({showId:Nullable(String)} IS NOT NULL AND count() = 0, 'not-found: There is no such show')
        FROM ticketing_named
        WHERE tenant_id = {tenantId:String}
            AND kind = 'show'
            AND id = {showId:Nullable(String)}
    ) AS showIsMissing,
    all_users AS
    (
        SELECT ticketing_stages_reached(groupArray(toUInt64(toUnixTimestamp64Milli(occurred_at)) * 16 + transform(event_type, stageNames, range(1, length(stageNames) + 1), toUInt64(0))), assumeNotNull(rangeEnd), {window:UInt32}) AS reached
        FROM ticketing_events FINAL
        WHERE tenant_id = {tenantId:String}
            AND event_type IN stageNames
            AND occurred_at >= rangeStart
            AND occurred_at <= rangeEnd + toIntervalMinute({window:UInt32})
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY actor_hash
    ),
    segment_users AS
    (
        SELECT
            multiIf({segmentBy:Enum('none', 'organizer', 'show', 'device', 'channel', 'country')} = 'organizer', organizer_id, {segmentBy:Enum('none', 'organizer', 'show', 'device', 'channel', 'country')} = 'show', show_id, {segmentBy:Enum('none', 'organizer', 'show', 'device', 'channel', 'country')} = 'device', toString(device), {segmentBy:Enum('none', 'organizer', 'show', 'device', 'channel', 'country')} = 'channel', toString(channel), toString(country)) AS segment,
            ticketing_stages_reached(groupArray(toUInt64(toUnixTimestamp64Milli(occurred_at)) * 16 + transform(event_type, stageNames, range(1, length(stageNames) + 1), toUInt64(0))), assumeNotNull(rangeEnd), {window:UInt32}) AS reached
        FROM ticketing_events FINAL
        WHERE tenant_id = {tenantId:String}
            AND event_type IN stageNames
            AND occurred_at >= rangeStart
            AND occurred_at <= rangeEnd + toIntervalMinute({window:UInt32})
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
            AND {segmentBy:Enum('none', 'organizer', 'show', 'device', 'channel', 'country')} != 'none'
        GROUP BY
            segment,
            actor_hash
    ),
    -- of the users who reached so many stages and no more, how many there are
    lengths AS
    (
        SELECT
            true AS isWhole,
            '' AS name,
            reached,
            count() AS users
        FROM all_users
        GROUP BY reached
        UNION ALL
        SELECT
            false AS isWhole,
            segment AS name,
            reached,
            count() AS users
        FROM segment_users
        GROUP BY
            name,
            reached
        UNION ALL
        -- the whole is there even when nobody entered
        SELECT
            true AS isWhole,
            '' AS name,
            0 AS reached,
            0 AS users
    ),
    funnels AS
    (
        SELECT
            isWhole,
            name,
            sumForEach(arrayMap(place -> if(reached >= place, lengths.users, 0), range(1, length(stageNames) + 1))) AS users,
            arrayMap(
                (stage, reaching, before) -> (stage, reaching, before - reaching, percent_of(reaching, before)),
                stageNames,
                users,
                arrayPushFront(arrayPopBack(users), users[1])) AS stages,
            percent_of(users[length(users)], users[1]) AS overallRate
        FROM lengths
        GROUP BY
            isWhole,
            name
        HAVING isWhole
            OR users[1] > 0
    )
SELECT
    CAST((iso_instant(rangeStart, {timezone:String}), iso_instant(rangeEnd, {timezone:String})), 'Tuple(start String, end String)') AS timeRange,
    CAST(anyIf(funnels.stages, isWhole), 'Array(Tuple(stage String, users UInt64, dropoff UInt64, conversionRate Nullable(Float64)))') AS stages,
    anyIf(funnels.users[1], isWhole) AS totalUsers,
    anyIf(overallRate, isWhole) AS overallConversionRate,
    CAST(
        arraySlice(arraySort(segment -> (-toInt64(segment.2), segment.1), groupArrayIf((name, funnels.users[1], overallRate, funnels.stages), NOT isWhole)), 1, 1000),
        'Array(Tuple(name String, totalUsers UInt64, overallConversionRate Nullable(Float64), stages Array(Tuple(stage String, users UInt64, dropoff UInt64, conversionRate Nullable(Float64)))))') AS segments
FROM funnels
WHERE NOT organizerIsMissing
    AND NOT showIsMissing

/*---
summary: What people use
description: |
  Interactions by device, browser or operating system, most events first, under the names that the events give. Events that name none
  are one row of the empty name. An event that was sent again or corrected counts once, in its latest version.
  Whole days of UTC come from rollups, joined with what has changed since they were computed, so an answer computed now has every row.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  by: { description: "What the rows are", default: device }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
page: { size: 100, max: 1000 }
columns:
  name: "The device, browser or operating system; empty where the events name none"
  events: Events of all types
  share: "Events / all events of the range, in percent"
  conversionRate: "Purchases / views, in percent; null without views"
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    (
        SELECT throwIf({organizerId:Nullable(String)} IS NOT NULL AND count() = 0, 'not-found: There is no such organizer')
        FROM ticketing_named
        WHERE tenant_id = {tenantId:String}
            AND kind = 'organizer'
            AND id = {organizerId:Nullable(String)}
    ) AS organizerIsMissing,
    -- The days of events that no rollup can tell: those that have changed, and those that the range cuts.
    (
        SELECT groupArray(bucket)
        FROM
        (
            SELECT bucket
            FROM ticketing_changes
            WHERE tenant_id = {tenantId:String}
                AND stream = 'ticketing_events'
                AND granularity = 'day'
                AND bucket >= toStartOfDay(rangeStart, 'UTC')
                AND bucket < rangeEnd
            GROUP BY bucket
            HAVING max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
                OR bucket < rangeStart
                OR bucket + INTERVAL 1 DAY > rangeEnd
        )
    ) AS unrolledEventDays,
    parts AS
    (
        SELECT
            if({by:Enum('device', 'browser', 'os')} = 'device', toString(device), if({by:Enum('device', 'browser', 'os')} = 'browser', toString(browser), toString(os))) AS name,
            event_type AS eventType,
            sum(ticketing_events_rollup.events) AS events
        FROM ticketing_events_rollup FINAL
        WHERE tenant_id = {tenantId:String}
            AND facet = 'device'
            AND bucket >= rangeStart
            AND bucket < rangeEnd
            AND bucket NOT IN unrolledEventDays
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
        GROUP BY
            name,
            event_type
        HAVING events > 0
        UNION ALL
        SELECT
            if({by:Enum('device', 'browser', 'os')} = 'device', toString(device), if({by:Enum('device', 'browser', 'os')} = 'browser', toString(browser), toString(os))) AS name,
            event_type AS eventType,
            count() AS events
        FROM ticketing_events FINAL
        WHERE tenant_id = {tenantId:String}
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND toStartOfDay(occurred_at) IN (SELECT arrayJoin(unrolledEventDays))
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
        GROUP BY
            name,
            event_type
    )
SELECT
    name,
    sum(parts.events) AS events,
    percent_of(events, (SELECT sum(parts.events) FROM parts)) AS share,
    sumIf(parts.events, eventType = 'view') AS views,
    sumIf(parts.events, eventType = 'add_to_cart') AS addsToCart,
    sumIf(parts.events, eventType = 'checkout') AS checkouts,
    sumIf(parts.events, eventType = 'purchase') AS purchases,
    sumIf(parts.events, eventType = 'check_in') AS checkIns,
    percent_of(purchases, views) AS conversionRate
FROM parts
WHERE NOT organizerIsMissing
GROUP BY name
ORDER BY
    events DESC,
    name

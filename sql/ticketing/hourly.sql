/*---
summary: Events of each hour, by type
description: |
  How many events of each type there are in each hour of the timezone, oldest first. An event counts once however often it was sent, in its
  latest version, in the hour in which it occurred. Hours without events are there, with zeros; the first and the last may be partial.
  Whole hours come from rollups, joined with what has changed since they were computed, so an answer computed now has every row.
  In timezones that are not whole hours from UTC the events themselves are read.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  showId: { description: "Only this show; one that no row of the tenant names is a 404", maxLength: 256 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
page: { size: 168, max: 1000 }
columns:
  hour: { description: "Start of the hour, with the zone's offset", format: date-time }
  views: A show was looked at
  clicks: Something of a show was clicked
  addsToCart: Tickets were put into a cart
  checkouts: A checkout was begun
  purchases: "A purchase was made, as the events tell it; revenue has what was paid"
  refunds: A refund was asked for
  checkIns: Somebody was let in
  shares: A show was shared
  favorites: A show was kept as a favourite
  total: All of these
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
    (
        SELECT throwIf({showId:Nullable(String)} IS NOT NULL AND count() = 0, 'not-found: There is no such show')
        FROM ticketing_named
        WHERE tenant_id = {tenantId:String}
            AND kind = 'show'
            AND id = {showId:Nullable(String)}
    ) AS showIsMissing,
    -- The hours of events that no rollup can tell: those that have changed, and those that the range or a bucket cuts.
    (
        SELECT groupArray(bucket)
        FROM
        (
            SELECT bucket
            FROM ticketing_changes
            WHERE tenant_id = {tenantId:String}
                AND stream = 'ticketing_events'
                AND granularity = 'hour'
                AND bucket >= toStartOfHour(rangeStart, 'UTC')
                AND bucket < rangeEnd
            GROUP BY bucket
            HAVING max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
                OR bucket < rangeStart
                OR bucket + INTERVAL 1 HOUR > rangeEnd
                OR bucket_start(bucket, 'hour', {timezone:String}) != bucket_start(bucket + 3599, 'hour', {timezone:String})
        )
    ) AS unrolledEventHours,
    parts AS
    (
        SELECT
            bucket_start(bucket, 'hour', {timezone:String}) AS at,
            event_type AS eventType,
            sum(ticketing_events_rollup.events) AS events
        FROM ticketing_events_rollup FINAL
        WHERE tenant_id = {tenantId:String}
            AND facet = 'show'
            AND bucket >= rangeStart
            AND bucket < rangeEnd
            AND bucket NOT IN unrolledEventHours
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY
            at,
            event_type
        HAVING events > 0
        UNION ALL
        SELECT
            bucket_start(occurred_at, 'hour', {timezone:String}) AS at,
            event_type AS eventType,
            count() AS events
        FROM ticketing_events FINAL
        WHERE tenant_id = {tenantId:String}
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND toStartOfHour(occurred_at) IN (SELECT arrayJoin(unrolledEventHours))
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY
            at,
            event_type
        UNION ALL
        SELECT
            arrayJoin(bucket_starts(rangeStart, rangeEnd, 'hour', {timezone:String})) AS at,
            '' AS eventType,
            0 AS events
    )
SELECT
    iso_instant(toDateTime64(at, 3), {timezone:String}) AS hour,
    sumIf(events, eventType = 'view') AS views,
    sumIf(events, eventType = 'click') AS clicks,
    sumIf(events, eventType = 'add_to_cart') AS addsToCart,
    sumIf(events, eventType = 'checkout') AS checkouts,
    sumIf(events, eventType = 'purchase') AS purchases,
    sumIf(events, eventType = 'refund') AS refunds,
    sumIf(events, eventType = 'check_in') AS checkIns,
    sumIf(events, eventType = 'share') AS shares,
    sumIf(events, eventType = 'favorite') AS favorites,
    sum(events) AS total
FROM parts
WHERE NOT organizerIsMissing
    AND NOT showIsMissing
GROUP BY at
ORDER BY at

/*---
summary: The page views behind a number
description: |
  The single page views of the range, newest first (those of the same millisecond by id), each in its latest version. All filters must hold.
  Fields that a page view does not have are empty strings. Where page views are sampled, the rows of some visitors are here, each with its
  weight, for how many it stands: add up weights in place of counting rows.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  showId: { description: "Only this show; one that no row of the tenant names is a 404", maxLength: 256 }
  visitorId: { description: "Only this visitor", maxLength: 256 }
  sessionId: { description: "Only this session", maxLength: 256 }
  userId: { description: "Only this user", maxLength: 256 }
page: { size: 100, max: 1000 }
cursor: { occurredAt: afterOccurredAt, id: afterId }
returns: list
columns:
  id: "Id of the page view, as its producer gave it"
  path: "The path of its url"
  durationMs: "How long the page was looked at, in milliseconds; null when that is unknown"
  weight: "For how many page views it stands; 1 unless a rule of sampling holds for it"
  occurredAt: { description: When the page was opened, format: date-time }
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
    ) AS showIsMissing
SELECT
    id,
    visitor_id AS visitorId,
    session_id AS sessionId,
    user_id AS userId,
    url,
    page_path(url) AS path,
    referrer,
    show_id AS showId,
    organizer_id AS organizerId,
    toString(device) AS device,
    toString(browser) AS browser,
    toString(os) AS os,
    toString(country) AS country,
    city,
    duration_ms AS durationMs,
    weight,
    iso_millis(occurred_at, {timezone:String}) AS occurredAt
FROM ticketing_page_views FINAL
WHERE tenant_id = {tenantId:String}
    AND NOT organizerIsMissing
    AND NOT showIsMissing
    AND occurred_at >= rangeStart
    AND occurred_at < rangeEnd
    AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
    AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
    AND ({visitorId:Nullable(String)} IS NULL OR visitor_id = {visitorId:Nullable(String)})
    AND ({sessionId:Nullable(String)} IS NULL OR session_id = {sessionId:Nullable(String)})
    AND ({userId:Nullable(String)} IS NULL OR user_id = {userId:Nullable(String)})
    AND ({afterOccurredAt:Nullable(DateTime64(3, 'UTC'))} IS NULL
        OR (occurred_at <= {afterOccurredAt:Nullable(DateTime64(3, 'UTC'))}
            AND (occurred_at < {afterOccurredAt:Nullable(DateTime64(3, 'UTC'))} OR id > {afterId:Nullable(String)})))
ORDER BY
    occurred_at DESC,
    id

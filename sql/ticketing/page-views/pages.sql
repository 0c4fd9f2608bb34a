/*---
summary: Pages by views
description: |
  How often each page, by its path, was looked at in the range, most first. Where page views are sampled, numbers are estimates: sums of the
  weights of the rows that were kept, right on average, and their errors are standard errors. Two times out of three the truth lies within
  the error, nineteen times out of twenty within its double. Without sampling the errors are 0. A page view that was sent again or corrected counts
  once, in its latest version.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  showId: { description: "Only this show; one that no row of the tenant names is a 404", maxLength: 256 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
page: { size: 100, max: 1000 }
columns:
  path: "The path of the url"
  views: "Page views"
  viewsError: "Standard error of views"
  visitors: "Distinct visitors of the page"
  visitorsError: "Standard error of visitors"
  meanDurationMs: "Mean time that the page was looked at, in milliseconds; null when no row tells it"
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
    visits AS
    (
        SELECT
            page_path(url) AS path,
            visitor_id,
            sum(weight) AS weighted,
            min(weight) AS visitorWeight,
            -- a row of weight 1 adds nothing to a variance, and a map for each visitor is what would take longest
            sumMapIf([weight], [weight], weight > 1) AS byWeight,
            sumIf(weight * duration_ms, duration_ms IS NOT NULL) AS duration,
            sumIf(weight, duration_ms IS NOT NULL) AS timed
        FROM ticketing_page_views FINAL
        WHERE tenant_id = {tenantId:String}
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY
            path,
            visitor_id
    )
SELECT
    path,
    sum(weighted) AS views,
    sqrt(sum(sampling_variance(byWeight))) AS viewsError,
    sum(visitorWeight) AS visitors,
    sqrt(sum(visitorWeight * (visitorWeight - 1))) AS visitorsError,
    two_decimals(sum(duration) / sum(timed)) AS meanDurationMs
FROM visits
WHERE NOT organizerIsMissing
    AND NOT showIsMissing
GROUP BY path
ORDER BY
    views DESC,
    path

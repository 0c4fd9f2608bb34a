/*---
summary: What users do and buy, by what they were at the time
description: |
  The users who did or bought something from the first day to the last, in UTC, by their segment or country. A day counts for the
  version of the user that held at its end, so a user who changed segment counts in both. Users of whom no change had come, or
  who were deleted by then, are in the empty group.
params:
  startDate: { description: "First day; 29 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day, included; today if absent", example: "2026-03-31", replacesNow: true }
  groupBy: { description: "What to group users by", default: segment }
page: { size: 100, max: 1000 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
columns:
  group: Segment or country, as the users' changes tell it
  users: Distinct users who did or bought something
  buyers: Those who bought something
  conversion: Percent of the users who bought something
  interactions: "What they did: views, clicks, carts, checkouts, and all else"
  views: Views of shows
  carts: Times that tickets were put into a cart
  checkouts: Checkouts begun
  orders: "Orders with something sold; one of several days counts in each"
  tickets: Tickets sold
  ordersPerBuyer: Orders of a buyer on average; null without buyers
---*/
WITH
    coalesce({endDate:Nullable(Date)}, toDate({now:DateTime64(3, 'UTC')})) AS lastDay,
    coalesce({startDate:Nullable(Date)}, lastDay - 29) AS firstDay,
    days AS
    (
        SELECT
            user_id,
            toDateTime64(day + 1, 3, 'UTC') - toIntervalMillisecond(1) AS ends_at,
            interactions,
            views,
            carts,
            checkouts,
            orders,
            tickets
        FROM warehouse_user_engagement FINAL
        WHERE tenant_id = {tenantId:String}
            AND day BETWEEN firstDay AND lastDay
            AND interactions + orders + refunded_tickets > 0
    ),
    versions AS
    (
        SELECT
            user_id,
            valid_from,
            valid_to,
            if({groupBy:Enum('segment', 'country')} = 'segment', segment, country) AS label
        FROM warehouse_users
        WHERE tenant_id = {tenantId:String}
    )
SELECT
    -- the join finds the last version before the day's end, which may have ended in a deletion
    if(days.ends_at < versions.valid_to, versions.label, '') AS group,
    uniqExact(days.user_id) AS users,
    uniqExactIf(days.user_id, days.orders > 0) AS buyers,
    percent_of(buyers, users) AS conversion,
    sum(days.interactions) AS interactions,
    sum(days.views) AS views,
    sum(days.carts) AS carts,
    sum(days.checkouts) AS checkouts,
    sum(days.orders) AS orders,
    sum(days.tickets) AS tickets,
    if(buyers = 0, NULL, round(orders / buyers, 2)) AS ordersPerBuyer
FROM days
ASOF LEFT JOIN versions ON versions.user_id = days.user_id AND versions.valid_from <= days.ends_at
GROUP BY group
ORDER BY
    users DESC,
    group

/*---
summary: Performance of organizers, as what they were at the time
description: |
  What was done and sold of each organizer from the first day to the last, in UTC. A day counts for the version of the
  organizer that held at its end, so an organizer who rose from silver to gold has two rows. Days before the first version, or
  after a deletion, have an empty name, country and tier. Amounts are whole minor units of the currency; no number adds up
  several currencies. Net is gross − discounts − refunds − fees, as in ticketing/revenue.
params:
  startDate: { description: "First day; 29 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day, included; today if absent", example: "2026-03-31", replacesNow: true }
  organizerId: { description: "Only this organizer; one that is unknown is a 404", example: org-aurora, maxLength: 256 }
page: { size: 100, max: 1000 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
columns:
  organizerId: The organizer
  name: Its name at the time
  country: Its country at the time
  tier: Its tier at the time
  firstDay: First day with something in this row
  lastDay: Last day with something in this row
  views: Views of its shows
  carts: Times that tickets were put into a cart
  orders: "Orders with something sold; one of several days or currencies counts in each"
  tickets: Tickets sold
  refundedTickets: Tickets given back
  revenue: "Of each currency: gross, discounts, fees without those given back, refunds, and net"
---*/
WITH
    coalesce({endDate:Nullable(Date)}, toDate({now:DateTime64(3, 'UTC')})) AS lastDayAsked,
    coalesce({startDate:Nullable(Date)}, lastDayAsked - 29) AS firstDayAsked,
    (
        SELECT throwIf({organizerId:Nullable(String)} IS NOT NULL AND count() = 0, 'not-found: There is no such organizer')
        FROM
        (
            SELECT organizer_id
            FROM warehouse_organizer_histories
            WHERE tenant_id = {tenantId:String}
                AND organizer_id = {organizerId:Nullable(String)}
            UNION ALL
            SELECT organizer_id
            FROM warehouse_organizer_performance
            WHERE tenant_id = {tenantId:String}
                AND organizer_id = {organizerId:Nullable(String)}
        )
    ) AS organizerIsMissing,
    days AS
    (
        SELECT
            organizer_id,
            day,
            currency,
            toDateTime64(day + 1, 3, 'UTC') - toIntervalMillisecond(1) AS ends_at,
            views,
            carts,
            orders,
            tickets,
            refunded_tickets,
            gross_minor,
            discount_minor,
            fee_minor - refunded_fee_minor AS fees_minor,
            refund_minor
        FROM warehouse_organizer_performance FINAL
        WHERE tenant_id = {tenantId:String}
            AND day BETWEEN firstDayAsked AND lastDayAsked
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND interactions + orders + refunded_tickets > 0
    ),
    versions AS
    (
        SELECT
            organizer_id,
            valid_from,
            valid_to,
            name,
            country,
            tier
        FROM warehouse_organizers
        WHERE tenant_id = {tenantId:String}
    ),
    parts AS
    (
        SELECT
            days.organizer_id AS organizerId,
            -- the join finds the last version before the day's end, which may have ended in a deletion
            days.ends_at < versions.valid_to AS holds,
            if(holds, versions.name, '') AS nameThen,
            if(holds, versions.country, '') AS countryThen,
            if(holds, versions.tier, '') AS tierThen,
            days.currency AS currency,
            min(days.day) AS first,
            max(days.day) AS last,
            sum(days.views) AS viewsOfPart,
            sum(days.carts) AS cartsOfPart,
            sum(days.orders) AS ordersOfPart,
            sum(days.tickets) AS ticketsOfPart,
            sum(days.refunded_tickets) AS refundedOfPart,
            sum(days.gross_minor) AS gross,
            sum(days.discount_minor) AS discount,
            sum(days.fees_minor) AS fees,
            sum(days.refund_minor) AS refund
        FROM days
        ASOF LEFT JOIN versions ON versions.organizer_id = days.organizer_id AND versions.valid_from <= days.ends_at
        GROUP BY
            organizerId,
            holds,
            nameThen,
            countryThen,
            tierThen,
            currency
    )
SELECT
    organizerId,
    nameThen AS name,
    countryThen AS country,
    tierThen AS tier,
    min(parts.first) AS firstDay,
    max(parts.last) AS lastDay,
    sum(viewsOfPart) AS views,
    sum(cartsOfPart) AS carts,
    sum(ordersOfPart) AS orders,
    sum(ticketsOfPart) AS tickets,
    sum(refundedOfPart) AS refundedTickets,
    CAST(
        arraySort(groupArrayIf((toString(currency), gross, discount, fees, refund, gross - discount - refund - fees), currency != '')),
        'Array(Tuple(currency String, grossMinor Int64, discountMinor Int64, feeMinor Int64, refundMinor Int64, netMinor Int64))') AS revenue
FROM parts
WHERE NOT organizerIsMissing
GROUP BY
    organizerId,
    name,
    country,
    tier
ORDER BY
    organizerId,
    firstDay,
    name,
    country,
    tier

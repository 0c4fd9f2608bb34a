/*---
summary: How shows sell
description: |
  Each show on its way from views over carts and orders to tickets and revenue in the range, most tickets first. Interactions are from
  `ticketing_events`, orders, tickets and money from `ticketing_sales`. A row that was sent again or corrected counts once, in its latest
  version. A show without any of these is absent. sellThrough counts what was sold in the range: take a range that begins with the
  sale to see how full a show is.
  Whole hours come from rollups, joined with what has changed since they were computed, so an answer computed now has every row.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  showId: { description: "Only this show; one that no row of the tenant names is a 404", maxLength: 256 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
page: { size: 50, max: 1000 }
columns:
  showId: The show
  organizerId: Its organizer
  name: "Its name in ticketing_shows; empty when the show is unknown there"
  startsAt: { description: "When it starts; null when that is unknown", format: date-time }
  capacity: "How many tickets there are for it; null when that is unknown"
  sellThrough: "Tickets sold and not given back / capacity, in percent; null without a capacity"
  cartRate: "Tickets put into a cart / views, in percent; null without views"
  purchaseRate: "Purchases / tickets put into a cart, in percent; null without those"
  refundRate: "Tickets given back / tickets sold, in percent; null when none was sold"
  revenue: "For each currency, by its code, in minor units: gross (quantity × price of what was sold), discounts, refunds (what was paid for the tickets given back), fees (without those given back), and net = gross − discounts − refunds − fees. Currencies are never added up"
  orders: "Orders of which lines were sold; one with lines in several hours or currencies counts in each"
  ticketsSold: Tickets sold
  ticketsRefunded: "Tickets given back, on the day of the refund"
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
    -- The hours of events that no rollup can tell: those that have changed, and those that the range cuts.
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
        )
    ) AS unrolledEventHours,
    -- The hours of sales that no rollup can tell: those that have changed, and those that the range cuts.
    (
        SELECT groupArray(bucket)
        FROM
        (
            SELECT bucket
            FROM ticketing_changes
            WHERE tenant_id = {tenantId:String}
                AND stream = 'ticketing_sales'
                AND granularity = 'hour'
                AND bucket >= toStartOfHour(rangeStart, 'UTC')
                AND bucket < rangeEnd
            GROUP BY bucket
            HAVING max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
                OR bucket < rangeStart
                OR bucket + INTERVAL 1 HOUR > rangeEnd
        )
    ) AS unrolledSaleHours,
    parts AS
    (
        SELECT
            show_id AS showId,
            organizer_id AS organizerId,
            '' AS currency,
            event_type AS eventType,
            sum(ticketing_events_rollup.events) AS events,
            0 AS orders,
            0 AS tickets,
            0 AS refundedTickets,
            0 AS gross,
            0 AS discount,
            0 AS refund,
            0 AS fee
        FROM ticketing_events_rollup FINAL
        WHERE tenant_id = {tenantId:String}
            AND facet = 'show'
            AND bucket >= rangeStart
            AND bucket < rangeEnd
            AND bucket NOT IN unrolledEventHours
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY
            showId,
            organizerId,
            event_type
        HAVING events > 0
        UNION ALL
        SELECT
            show_id AS showId,
            organizer_id AS organizerId,
            '' AS currency,
            event_type AS eventType,
            count() AS events,
            0 AS orders,
            0 AS tickets,
            0 AS refundedTickets,
            0 AS gross,
            0 AS discount,
            0 AS refund,
            0 AS fee
        FROM ticketing_events FINAL
        WHERE tenant_id = {tenantId:String}
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND toStartOfHour(occurred_at) IN (SELECT arrayJoin(unrolledEventHours))
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY
            showId,
            organizerId,
            event_type
        UNION ALL
        SELECT
            show_id AS showId,
            organizer_id AS organizerId,
            toString(currency) AS currency,
            '' AS eventType,
            0 AS events,
            sum(ticketing_sales_rollup.orders) AS orders,
            sum(ticketing_sales_rollup.tickets) AS tickets,
            sum(refunded_tickets) AS refundedTickets,
            sum(gross_minor) AS gross,
            sum(discount_minor) AS discount,
            sum(refund_minor) AS refund,
            sum(ticketing_sales_rollup.fee_minor) AS fee
        FROM ticketing_sales_rollup FINAL
        WHERE tenant_id = {tenantId:String}
            AND facet = 'show'
            AND bucket >= rangeStart
            AND bucket < rangeEnd
            AND bucket NOT IN unrolledSaleHours
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY
            showId,
            organizerId,
            currency
        HAVING tickets + refundedTickets > 0
        UNION ALL
        SELECT
            show_id AS showId,
            organizer_id AS organizerId,
            toString(currency) AS currency,
            '' AS eventType,
            0 AS events,
            uniqExactIf((toStartOfHour(occurred_at), organizer_id, show_id, order_hash), kind = 'sale') AS orders,
            sumIf(quantity, kind = 'sale') AS tickets,
            sumIf(quantity, kind = 'refund') AS refundedTickets,
            sumIf(quantity * unit_price_minor, kind = 'sale') AS gross,
            sumIf(discount_minor, kind = 'sale') AS discount,
            sumIf(quantity * unit_price_minor - discount_minor, kind = 'refund') AS refund,
            sum(if(kind = 'sale', ticketing_sales.fee_minor, -ticketing_sales.fee_minor)) AS fee
        FROM ticketing_sales FINAL
        WHERE tenant_id = {tenantId:String}
            AND occurred_at >= rangeStart
            AND occurred_at < rangeEnd
            AND toStartOfHour(occurred_at) IN (SELECT arrayJoin(unrolledSaleHours))
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY
            showId,
            organizerId,
            currency
    ),
    by_currency AS
    (
        SELECT
            showId,
            organizerId,
            currency,
            sumMap(map(eventType, events)) AS byType,
            sum(parts.orders) AS orderCount,
            sum(parts.tickets) AS ticketCount,
            sum(parts.refundedTickets) AS refundedCount,
            (currency, sum(gross), sum(discount), sum(refund), sum(fee), sum(gross) - sum(discount) - sum(refund) - sum(fee)) AS money
        FROM parts
        GROUP BY
            showId,
            organizerId,
            currency
    ),
    totals AS
    (
        SELECT
            showId,
            organizerId,
            sum(byType['view']) AS views,
            sum(byType['add_to_cart']) AS addsToCart,
            sum(byType['checkout']) AS checkouts,
            sum(byType['purchase']) AS purchases,
            sum(byType['check_in']) AS checkIns,
            sum(orderCount) AS orders,
            sum(ticketCount) AS ticketsSold,
            sum(refundedCount) AS ticketsRefunded,
            CAST(arraySort(groupArrayIf(money, currency != '')), 'Array(Tuple(currency String, grossMinor Int64, discountMinor Int64, refundMinor Int64, feeMinor Int64, netMinor Int64))') AS revenue
        FROM by_currency
        GROUP BY
            showId,
            organizerId
    )
SELECT
    showId,
    organizerId,
    known.name AS name,
    iso_instant(known.starts_at, {timezone:String}) AS startsAt,
    known.capacity AS capacity,
    views,
    addsToCart,
    checkouts,
    purchases,
    checkIns,
    orders,
    ticketsSold,
    ticketsRefunded,
    percent_of(addsToCart, views) AS cartRate,
    percent_of(purchases, addsToCart) AS purchaseRate,
    percent_of(ticketsRefunded, ticketsSold) AS refundRate,
    percent_of(greatest(toInt64(ticketsSold) - toInt64(ticketsRefunded), 0), capacity) AS sellThrough,
    revenue
FROM totals
LEFT JOIN
(
    SELECT
        show_id,
        name,
        starts_at,
        capacity
    FROM ticketing_shows_current
    WHERE tenant_id = {tenantId:String}
) AS known
    ON known.show_id = totals.showId
WHERE NOT organizerIsMissing
    AND NOT showIsMissing
ORDER BY
    ticketsSold DESC,
    views DESC,
    showId,
    organizerId

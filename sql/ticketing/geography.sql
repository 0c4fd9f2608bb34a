/*---
summary: Where interactions and sales come from
description: |
  Interactions, orders, tickets and money by country, or by country and city, most events first; a place is what the row names, in the
  row's own words. Rows without a place are one row of empty names. A row that was sent again or corrected counts once, in its latest version.
  Whole days of UTC come from rollups, joined with what has changed since they were computed, so an answer computed now has every row.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  by: { description: "Whether places are countries or cities", default: country }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
page: { size: 100, max: 1000 }
columns:
  country: "The country, empty where the rows name none"
  city: "The city; empty by country"
  events: Events of all types
  conversionRate: "Purchases / views, in percent; null without views"
  revenue: "For each currency, by its code, in minor units: gross (quantity × price of what was sold), discounts, refunds (what was paid for the tickets given back), fees (without those given back), and net = gross − discounts − refunds − fees. Currencies are never added up"
  orders: "Orders of which lines were sold; one with lines in several days of UTC, organizers, places or currencies counts in each"
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
    -- The days of sales that no rollup can tell: those that have changed, and those that the range cuts.
    (
        SELECT groupArray(bucket)
        FROM
        (
            SELECT bucket
            FROM ticketing_changes
            WHERE tenant_id = {tenantId:String}
                AND stream = 'ticketing_sales'
                AND granularity = 'day'
                AND bucket >= toStartOfDay(rangeStart, 'UTC')
                AND bucket < rangeEnd
            GROUP BY bucket
            HAVING max(rolled_at) <= max(changed_at) + INTERVAL 1 MINUTE
                OR bucket < rangeStart
                OR bucket + INTERVAL 1 DAY > rangeEnd
        )
    ) AS unrolledSaleDays,
    parts AS
    (
        SELECT
            toString(country) AS countryName,
            if({by:Enum('country', 'city')} = 'city', city, '') AS cityName,
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
            AND facet = 'place'
            AND bucket >= rangeStart
            AND bucket < rangeEnd
            AND bucket NOT IN unrolledEventDays
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
        GROUP BY
            countryName,
            cityName,
            event_type
        HAVING events > 0
        UNION ALL
        SELECT
            toString(country) AS countryName,
            if({by:Enum('country', 'city')} = 'city', city, '') AS cityName,
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
            AND toStartOfDay(occurred_at) IN (SELECT arrayJoin(unrolledEventDays))
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
        GROUP BY
            countryName,
            cityName,
            event_type
        UNION ALL
        SELECT
            toString(country) AS countryName,
            if({by:Enum('country', 'city')} = 'city', city, '') AS cityName,
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
            AND facet = 'place'
            AND bucket >= rangeStart
            AND bucket < rangeEnd
            AND bucket NOT IN unrolledSaleDays
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
        GROUP BY
            countryName,
            cityName,
            currency
        HAVING tickets + refundedTickets > 0
        UNION ALL
        SELECT
            toString(country) AS countryName,
            if({by:Enum('country', 'city')} = 'city', city, '') AS cityName,
            toString(currency) AS currency,
            '' AS eventType,
            0 AS events,
            uniqExactIf((toStartOfDay(occurred_at), organizer_id, country, city, order_hash), kind = 'sale') AS orders,
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
            AND toStartOfDay(occurred_at) IN (SELECT arrayJoin(unrolledSaleDays))
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
        GROUP BY
            countryName,
            cityName,
            currency
    ),
    by_currency AS
    (
        SELECT
            countryName,
            cityName,
            currency,
            sumMap(map(eventType, events)) AS byType,
            sum(parts.orders) AS orderCount,
            sum(parts.tickets) AS ticketCount,
            sum(parts.refundedTickets) AS refundedCount,
            (currency, sum(gross), sum(discount), sum(refund), sum(fee), sum(gross) - sum(discount) - sum(refund) - sum(fee)) AS money
        FROM parts
        GROUP BY
            countryName,
            cityName,
            currency
    )
SELECT
    countryName AS country,
    cityName AS city,
    sum(arraySum(mapValues(byType))) AS events,
    sum(byType['view']) AS views,
    sum(byType['add_to_cart']) AS addsToCart,
    sum(byType['checkout']) AS checkouts,
    sum(byType['purchase']) AS purchases,
    sum(byType['check_in']) AS checkIns,
    percent_of(purchases, views) AS conversionRate,
    sum(orderCount) AS orders,
    sum(ticketCount) AS ticketsSold,
    sum(refundedCount) AS ticketsRefunded,
    CAST(arraySort(groupArrayIf(money, currency != '')), 'Array(Tuple(currency String, grossMinor Int64, discountMinor Int64, refundMinor Int64, feeMinor Int64, netMinor Int64))') AS revenue
FROM by_currency
WHERE NOT organizerIsMissing
GROUP BY
    countryName,
    cityName
ORDER BY
    events DESC,
    ticketsSold DESC,
    country,
    city

/*---
summary: The last hours in buckets of five minutes
description: |
  What has happened in the last hours, in buckets of five minutes, oldest first: each bucket is there, with zeros when nothing happened, and
  the last one is still running. An answer is at most five seconds old. Rows that tell a later instant than now show when it has come.
  Everything is counted from the rows themselves; one that was sent again or corrected counts once, in its latest version.
params:
  hours: { description: "How many hours back", default: 3, minimum: 1, maximum: 24 }
  timezone: { description: "IANA time zone of the instants in the answer", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  showId: { description: "Only this show; one that no row of the tenant names is a 404", maxLength: 256 }
cache: { ttl: 1s, fresh: 1s, stale: 3s }
returns: object
columns:
  timeRange: The range that was counted, start and end included
  timeRange.start: { format: date-time }
  timeRange.end: { format: date-time }
  activeUsers: "Users with any event in the range; a session in which nobody has signed in is a user of its own"
  totals: "Events by type, orders and tickets of the range; an order counts once in each bucket and currency"
  revenue: "For each currency, by its code, in minor units, as in revenue"
  buckets: "Every bucket, oldest first"
  buckets.start: { format: date-time }
---*/
WITH
    (SELECT toStartOfFiveMinutes({now:DateTime64(3, 'UTC')} - toIntervalHour({hours:UInt8}))) AS firstBucket,
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
    event_counts AS
    (
        SELECT
            toStartOfFiveMinutes(occurred_at) AS at,
            countIf(event_type = 'view') AS views,
            countIf(event_type = 'add_to_cart') AS addsToCart,
            countIf(event_type = 'checkout') AS checkouts,
            countIf(event_type = 'purchase') AS purchases,
            countIf(event_type = 'check_in') AS checkIns,
            uniqExactState(actor_hash) AS actors
        FROM ticketing_events FINAL
        WHERE tenant_id = {tenantId:String}
            AND occurred_at >= firstBucket
            AND occurred_at <= {now:DateTime64(3, 'UTC')}
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY at
    ),
    sale_amounts AS
    (
        SELECT
            toStartOfFiveMinutes(occurred_at) AS at,
            currency,
            uniqExactIf(order_hash, kind = 'sale') AS orders,
            sumIf(quantity, kind = 'sale') AS tickets,
            sumIf(quantity * unit_price_minor, kind = 'sale') AS gross,
            sumIf(discount_minor, kind = 'sale') AS discount,
            sumIf(quantity * unit_price_minor - discount_minor, kind = 'refund') AS refund,
            sum(if(kind = 'sale', fee_minor, -fee_minor)) AS fee
        FROM ticketing_sales FINAL
        WHERE tenant_id = {tenantId:String}
            AND occurred_at >= firstBucket
            AND occurred_at <= {now:DateTime64(3, 'UTC')}
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
        GROUP BY
            at,
            currency
    ),
    sale_counts AS
    (
        SELECT
            at,
            sum(sale_amounts.orders) AS orders,
            sum(sale_amounts.tickets) AS tickets,
            arraySort(groupArray((toString(currency), gross, discount, refund, fee, gross - discount - refund - fee))) AS revenue
        FROM sale_amounts
        GROUP BY at
    ),
    buckets AS
    (
        SELECT arrayJoin(arrayMap(i -> firstBucket + 300 * i, range({hours:UInt8} * 12 + 1))) AS at
    ),
    series AS
    (
        SELECT
            at,
            views,
            addsToCart,
            checkouts,
            purchases,
            checkIns,
            actors,
            orders,
            tickets,
            revenue
        FROM buckets
        LEFT JOIN event_counts USING (at)
        LEFT JOIN sale_counts USING (at)
        ORDER BY at
    ),
    currencies AS
    (
        SELECT arraySort(groupArray((currencyCode, sums.1, sums.2, sums.3, sums.4, sums.1 - sums.2 - sums.3 - sums.4))) AS revenue
        FROM
        (
            SELECT
                toString(currency) AS currencyCode,
                (sum(gross), sum(discount), sum(refund), sum(fee)) AS sums
            FROM sale_amounts
            GROUP BY currencyCode
        )
    ),
    timeline AS
    (
        SELECT
            uniqExactMerge(actors) AS activeUsers,
            (sum(views), sum(addsToCart), sum(checkouts), sum(purchases), sum(checkIns), sum(orders), sum(tickets)) AS totals,
            groupArray((
                iso_instant(toDateTime64(at, 3), {timezone:String}), views, addsToCart, checkouts, purchases, checkIns,
                finalizeAggregation(actors), orders, tickets, revenue)) AS rows
        FROM series
    )
SELECT
    CAST(
        (iso_instant(toDateTime64(firstBucket, 3), {timezone:String}), iso_instant({now:DateTime64(3, 'UTC')}, {timezone:String})),
        'Tuple(start String, end String)') AS timeRange,
    timeline.activeUsers AS activeUsers,
    CAST(
        timeline.totals,
        'Tuple(views UInt64, addsToCart UInt64, checkouts UInt64, purchases UInt64, checkIns UInt64, orders UInt64, ticketsSold UInt64)') AS totals,
    CAST(currencies.revenue, 'Array(Tuple(currency String, grossMinor Int64, discountMinor Int64, refundMinor Int64, feeMinor Int64, netMinor Int64))') AS revenue,
    CAST(
        timeline.rows,
        'Array(Tuple(start String, views UInt64, addsToCart UInt64, checkouts UInt64, purchases UInt64, checkIns UInt64, activeUsers UInt64, orders UInt64, ticketsSold UInt64, revenue Array(Tuple(currency String, grossMinor Int64, discountMinor Int64, refundMinor Int64, feeMinor Int64, netMinor Int64))))') AS buckets
FROM timeline
CROSS JOIN currencies
WHERE NOT organizerIsMissing
    AND NOT showIsMissing

/*---
summary: Revenue by day, currency and channel
description: |
  What was sold and given back in each day, week (from Monday) or month of the timezone, in each currency, through each channel, oldest
  first. Amounts are whole minor units of the currency (cents of EUR, yen of JPY); no number adds up several currencies. A sale or refund
  belongs to the bucket in which it occurred, so a refund lowers the net of the day on which it was made. A line that was sent again or
  corrected counts once, in its latest version. Buckets without sales and refunds are absent; the first and the last may be partial.
  Whole hours come from rollups, joined with what has changed since they were computed, so an answer computed now has every row.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  currency: { description: "Only this currency, by its code of ISO 4217", example: EUR, maxLength: 3 }
  channel: { description: "Only this channel", maxLength: 256 }
  granularity: { description: "Length of a bucket. Weeks start on Monday", default: day }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
page: { size: 100, max: 1000 }
columns:
  bucket: First day of the day, week or month
  currency: Code of ISO 4217
  channel: Where it was sold
  orders: "Orders of which lines were sold; one with lines in several hours or of several organizers counts in each"
  ticketsSold: Tickets sold
  ticketsRefunded: Tickets given back
  grossMinor: "Quantity × price of what was sold"
  discountMinor: Discounts on what was sold
  refundMinor: "What was paid for the tickets given back: quantity × price − discount"
  feeMinor: "Fees of what was sold, without those given back with refunds"
  netMinor: "Gross − discounts − refunds − fees"
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
    -- The hours of sales that no rollup can tell: those that have changed, and those that the range or a bucket cuts.
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
                OR bucket_start(bucket, toString({granularity:Enum('day', 'week', 'month')}), {timezone:String}) != bucket_start(bucket + 3599, toString({granularity:Enum('day', 'week', 'month')}), {timezone:String})
        )
    ) AS unrolledSaleHours,
    parts AS
    (
        SELECT
            bucket_start(bucket, toString({granularity:Enum('day', 'week', 'month')}), {timezone:String}) AS at,
            toString(channel) AS channelName,
            toString(currency) AS currencyCode,
            sum(ticketing_sales_rollup.orders) AS orders,
            sum(ticketing_sales_rollup.tickets) AS tickets,
            sum(refunded_tickets) AS refundedTickets,
            sum(gross_minor) AS gross,
            sum(discount_minor) AS discount,
            sum(refund_minor) AS refund,
            sum(ticketing_sales_rollup.fee_minor) AS fee
        FROM ticketing_sales_rollup FINAL
        WHERE tenant_id = {tenantId:String}
            AND facet = 'channel'
            AND bucket >= rangeStart
            AND bucket < rangeEnd
            AND bucket NOT IN unrolledSaleHours
            AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
            AND ({currency:Nullable(String)} IS NULL OR currency = {currency:Nullable(String)})
            AND ({channel:Nullable(String)} IS NULL OR channel = {channel:Nullable(String)})
        GROUP BY
            at,
            channelName,
            currencyCode
        HAVING tickets + refundedTickets > 0
        UNION ALL
        SELECT
            bucket_start(occurred_at, toString({granularity:Enum('day', 'week', 'month')}), {timezone:String}) AS at,
            toString(channel) AS channelName,
            toString(currency) AS currencyCode,
            uniqExactIf((toStartOfHour(occurred_at), organizer_id, channel, order_hash), kind = 'sale') AS orders,
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
            AND ({currency:Nullable(String)} IS NULL OR currency = {currency:Nullable(String)})
            AND ({channel:Nullable(String)} IS NULL OR channel = {channel:Nullable(String)})
        GROUP BY
            at,
            channelName,
            currency
    )
SELECT
    toDate(at, {timezone:String}) AS bucket,
    currencyCode AS currency,
    channelName AS channel,
    sum(parts.orders) AS orders,
    sum(tickets) AS ticketsSold,
    sum(refundedTickets) AS ticketsRefunded,
    sum(gross) AS grossMinor,
    sum(discount) AS discountMinor,
    sum(refund) AS refundMinor,
    sum(fee) AS feeMinor,
    grossMinor - discountMinor - refundMinor - feeMinor AS netMinor
FROM parts
WHERE NOT organizerIsMissing
GROUP BY
    at,
    currencyCode,
    channelName
ORDER BY
    at,
    currency,
    channel

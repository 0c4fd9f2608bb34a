/*---
summary: The sales behind a number
description: |
  The single lines of orders in the range, sales and refunds, newest first (lines of the same millisecond by id), each in its latest version. All filters
  must hold. Fields that a line does not have are empty strings. Amounts are whole minor units of the line's currency and never negative:
  kind says which way the money goes.
params:
  timeRange: { description: "How far back from the end, a day being 24 hours; startDate and endDate win over it", default: 7d }
  startDate: { description: "Start of the range, included. A date is the beginning of that day in the timezone, a date-time without an offset is local time", format: date-or-date-time, example: "2026-03-01" }
  endDate: { description: "End of the range. A date includes that day, a date-time is excluded; now if absent. At most 366 days after the start", format: date-or-date-time, example: "2026-03-31", replacesNow: true }
  timezone: { description: "IANA time zone of days and of dates without an offset", default: UTC, format: timezone, example: Europe/Berlin }
  organizerId: { description: "Only this organizer; one that no row of the tenant names is a 404", maxLength: 256 }
  showId: { description: "Only this show; one that no row of the tenant names is a 404", maxLength: 256 }
  kind: { description: "Only sales, or only refunds" }
  orderId: { description: "Only lines of this order", maxLength: 256 }
  userId: { description: "Only this user", maxLength: 256 }
  ticketTypeId: { description: "Only this ticket type", maxLength: 256 }
  currency: { description: "Only this currency, by its code of ISO 4217", example: EUR, maxLength: 3 }
  channel: { description: "Only this channel", maxLength: 256 }
  promoCode: { description: "Only this promo code", maxLength: 256 }
page: { size: 100, max: 1000 }
cursor: { occurredAt: afterOccurredAt, id: afterId }
returns: list
columns:
  id: "Id of the line, as its producer gave it"
  occurredAt: { description: When it was sold or given back, format: date-time }
  updatedAt: { description: "What the line tells as the time of this version; when it occurred, if it tells none", format: date-time }
  amountMinor: "Quantity × price − discount; the fee is within it"
  refundOf: "Of a refund, the id of the sale's line"
---*/
WITH
    (SELECT range_start({timeRange:Enum('1d', '7d', '30d', '90d')}, {startDate:Nullable(String)}, {endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeStart,
    (SELECT range_end({endDate:Nullable(String)}, {timezone:String}, {now:DateTime64(3, 'UTC')})) AS rangeEnd,
    toString({kind:Nullable(Enum('sale', 'refund'))}) AS askedKind,
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
    toString(kind) AS kind,
    order_id AS orderId,
    user_id AS userId,
    show_id AS showId,
    organizer_id AS organizerId,
    ticket_type_id AS ticketTypeId,
    quantity,
    unit_price_minor AS unitPriceMinor,
    discount_minor AS discountMinor,
    fee_minor AS feeMinor,
    quantity * unit_price_minor - discount_minor AS amountMinor,
    toString(currency) AS currency,
    toString(channel) AS channel,
    promo_code AS promoCode,
    refund_of AS refundOf,
    toString(country) AS country,
    city,
    toString(device) AS device,
    iso_millis(occurred_at, {timezone:String}) AS occurredAt,
    iso_millis(updated_at, {timezone:String}) AS updatedAt
FROM ticketing_sales FINAL
WHERE tenant_id = {tenantId:String}
    AND NOT organizerIsMissing
    AND NOT showIsMissing
    AND occurred_at >= rangeStart
    AND occurred_at < rangeEnd
    AND (askedKind IS NULL OR ticketing_sales.kind = askedKind)
    AND ({orderId:Nullable(String)} IS NULL OR order_id = {orderId:Nullable(String)})
    AND ({userId:Nullable(String)} IS NULL OR user_id = {userId:Nullable(String)})
    AND ({organizerId:Nullable(String)} IS NULL OR organizer_id = {organizerId:Nullable(String)})
    AND ({showId:Nullable(String)} IS NULL OR show_id = {showId:Nullable(String)})
    AND ({ticketTypeId:Nullable(String)} IS NULL OR ticket_type_id = {ticketTypeId:Nullable(String)})
    AND ({currency:Nullable(String)} IS NULL OR currency = {currency:Nullable(String)})
    AND ({channel:Nullable(String)} IS NULL OR channel = {channel:Nullable(String)})
    AND ({promoCode:Nullable(String)} IS NULL OR promo_code = {promoCode:Nullable(String)})
    AND ({afterOccurredAt:Nullable(DateTime64(3, 'UTC'))} IS NULL
        OR (occurred_at <= {afterOccurredAt:Nullable(DateTime64(3, 'UTC'))}
            AND (occurred_at < {afterOccurredAt:Nullable(DateTime64(3, 'UTC'))} OR id > {afterId:Nullable(String)})))
ORDER BY
    occurred_at DESC,
    id

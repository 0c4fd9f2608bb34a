/*---
summary: Months of the account
description: |
  What was done and sold in each calendar month of UTC, the latest first, with the fiscal year and month that it is in
  (`warehouse/calendar`). Amounts are whole minor units of the currency; no number adds up several currencies. Net is
  gross − discounts − refunds − fees, as in ticketing/revenue. It is computed from the facts by day every five minutes
  (`computedAt`). Months in which nothing happened are absent.
params:
  startMonth: { description: "Any day of the first month; 11 months before the last one if absent", example: "2026-01-01" }
  endMonth: { description: "Any day of the last month, included; this month if absent", example: "2026-03-31", replacesNow: true }
page: { size: 24, max: 240 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
columns:
  month: First day of the month
  fiscalYear: The fiscal year, named for the calendar year that it ends in
  fiscalMonth: The month of the fiscal year, from 1 to 12
  interactions: "What was done: views, clicks, carts, checkouts, and all else"
  views: Views of shows
  carts: Times that tickets were put into a cart
  checkouts: Checkouts begun
  activeUsers: Distinct users who did or bought something
  buyers: Distinct users who bought something
  orders: "Orders with something sold; one of several days, organizers or currencies counts in each"
  tickets: Tickets sold
  refundedTickets: Tickets given back
  revenue: "Of each currency: gross, discounts, fees without those given back, refunds, and net"
  computedAt: When this was computed
---*/
WITH
    toStartOfMonth(coalesce({endMonth:Nullable(Date)}, toDate({now:DateTime64(3, 'UTC')}))) AS lastMonth,
    toStartOfMonth(coalesce({startMonth:Nullable(Date)}, addMonths(lastMonth, -11))) AS firstMonth,
    (
        SELECT any(first_month)
        FROM warehouse_calendars FINAL
        WHERE tenant_id = {tenantId:String}
    ) AS toldMonth,
    if(toldMonth = 0, 1, toldMonth) AS firstFiscalMonth
SELECT
    month,
    warehouse_fiscal_year(month, firstFiscalMonth) AS fiscalYear,
    warehouse_fiscal_month(month, firstFiscalMonth) AS fiscalMonth,
    sum(warehouse_monthly_summary.interactions) AS interactions,
    sum(warehouse_monthly_summary.views) AS views,
    sum(warehouse_monthly_summary.carts) AS carts,
    sum(warehouse_monthly_summary.checkouts) AS checkouts,
    sum(active_users) AS activeUsers,
    sum(warehouse_monthly_summary.buyers) AS buyers,
    sum(warehouse_monthly_summary.orders) AS orders,
    sum(warehouse_monthly_summary.tickets) AS tickets,
    sum(refunded_tickets) AS refundedTickets,
    CAST(
        arraySort(groupArrayIf(
            (
                toString(currency),
                gross_minor,
                discount_minor,
                fee_minor - refunded_fee_minor,
                refund_minor,
                gross_minor - discount_minor - refund_minor - fee_minor + refunded_fee_minor
            ),
            currency != '')),
        'Array(Tuple(currency String, grossMinor Int64, discountMinor Int64, feeMinor Int64, refundMinor Int64, netMinor Int64))') AS revenue,
    max(computed_at) AS computedAt
FROM warehouse_monthly_summary
WHERE tenant_id = {tenantId:String}
    AND month BETWEEN firstMonth AND lastMonth
GROUP BY month
ORDER BY month DESC

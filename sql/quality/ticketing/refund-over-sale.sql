/*---
summary: A sale's line is given back once at most, in tickets, price and fee
description: |
  Of the lines that were sold or given back within 30 days, against sales and refunds of a year. A refund that names no line, or one that
  is not among the sales, is at fault too, and so is one in another currency. Ask the producer for the sale, or correct the refund.
table: ticketing_sales
kind: ranges
schedule: 6h
---*/
WITH
    lines AS
    (
        SELECT
            tenant_id,
            -- a refund without a line is one by itself
            if(kind = 'refund' AND refund_of != '', refund_of, id) AS line_id,
            kind,
            toString(currency) AS currency,
            quantity,
            quantity * unit_price_minor - discount_minor AS amount_minor,
            fee_minor,
            occurred_at
        FROM ticketing_sales FINAL
        WHERE occurred_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 366 DAY
    ),
    -- one row is a line that was sold, with what was given back of it, or what was given back of no line
    examined AS
    (
        SELECT
            tenant_id,
            line_id,
            countIf(kind = 'sale') AS sales,
            sumIf(quantity, kind = 'sale') AS sold,
            sumIf(quantity, kind = 'refund') AS refunded,
            sumIf(amount_minor, kind = 'sale') AS sold_minor,
            sumIf(amount_minor, kind = 'refund') AS refunded_minor,
            sumIf(fee_minor, kind = 'sale') AS sold_fee_minor,
            sumIf(fee_minor, kind = 'refund') AS refunded_fee_minor,
            arraySort(groupUniqArray(3)(currency)) AS currencies
        FROM lines
        GROUP BY
            tenant_id,
            line_id
        HAVING max(occurred_at) >= {now:DateTime64(3, 'UTC')} - INTERVAL 30 DAY
    )
SELECT
    tenant_id,
    line_id AS lineId,
    sold AS ticketsSold,
    refunded AS ticketsRefunded,
    sold_minor AS soldMinor,
    refunded_minor AS refundedMinor,
    sold_fee_minor AS soldFeeMinor,
    refunded_fee_minor AS refundedFeeMinor,
    currencies
FROM examined
WHERE sales = 0
    OR refunded > sold
    OR refunded_minor > sold_minor
    OR refunded_fee_minor > sold_fee_minor
    OR length(currencies) > 1
ORDER BY lineId

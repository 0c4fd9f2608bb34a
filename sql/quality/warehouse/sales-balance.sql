/*---
summary: The warehouse's sales come to what the sales come to
description: |
  Of the last 30 days, without those to which anything was added that the load has not come to. What arrived more than a day ago
  is compared in any case: a load that fails for so long is found. Where they differ, see `/v1/warehouse/jobs`; a watermark of 1970
  has `warehouse_sales_refresh` load everything again.
table: warehouse_sales
kind: balance
schedule: 1h
---*/
WITH
    -- a load brings what arrived before it began, but for an insert that took its time; rows that are deleted count here: they take
    -- others away
    unsettled AS
    (
        SELECT DISTINCT
            tenant_id,
            toDate(occurred_at, 'UTC') AS day
        FROM ticketing_sales
        WHERE arrived_at >= greatest(
            {loadedUntil:DateTime64(3, 'UTC')} - INTERVAL 10 MINUTE,
            {now:DateTime64(3, 'UTC')} - INTERVAL 1 DAY)
    ),
    -- one row is a day's sales or refunds in a currency, at the source and in the warehouse
    examined AS
    (
        SELECT
            tenant_id,
            day,
            currency,
            kind,
            sum(source_lines) AS source_lines,
            sum(loaded_lines) AS loaded_lines,
            sum(source_tickets) AS source_tickets,
            sum(loaded_tickets) AS loaded_tickets,
            sum(source_gross) AS source_gross,
            sum(loaded_gross) AS loaded_gross,
            sum(source_discount) AS source_discount,
            sum(loaded_discount) AS loaded_discount,
            sum(source_fee) AS source_fee,
            sum(loaded_fee) AS loaded_fee
        FROM
        (
            SELECT
                tenant_id,
                toDate(occurred_at, 'UTC') AS day,
                toString(currency) AS currency,
                toString(kind) AS kind,
                1 AS source_lines,
                0 AS loaded_lines,
                quantity AS source_tickets,
                0 AS loaded_tickets,
                quantity * unit_price_minor AS source_gross,
                0 AS loaded_gross,
                discount_minor AS source_discount,
                0 AS loaded_discount,
                fee_minor AS source_fee,
                0 AS loaded_fee
            FROM ticketing_sales FINAL
            WHERE occurred_at >= toStartOfDay({now:DateTime64(3, 'UTC')}) - INTERVAL 30 DAY
            UNION ALL
            SELECT
                tenant_id,
                day,
                currency,
                toString(kind) AS kind,
                0,
                1,
                0,
                quantity,
                0,
                gross_minor,
                0,
                discount_minor,
                0,
                fee_minor
            FROM warehouse_sales FINAL
            WHERE occurred_at >= toStartOfDay({now:DateTime64(3, 'UTC')}) - INTERVAL 30 DAY
        )
        GROUP BY
            tenant_id,
            day,
            currency,
            kind
    )
SELECT
    tenant_id,
    day,
    currency,
    kind,
    source_lines AS lines,
    loaded_lines AS loadedLines,
    source_tickets AS tickets,
    loaded_tickets AS loadedTickets,
    source_gross AS grossMinor,
    loaded_gross AS loadedGrossMinor,
    source_discount AS discountMinor,
    loaded_discount AS loadedDiscountMinor,
    source_fee AS feeMinor,
    loaded_fee AS loadedFeeMinor
FROM examined
WHERE (lines, tickets, grossMinor, discountMinor, feeMinor)
        != (loadedLines, loadedTickets, loadedGrossMinor, loadedDiscountMinor, loadedFeeMinor)
    AND (tenant_id, day) NOT IN (SELECT tenant_id, day FROM unsettled)
ORDER BY
    day,
    currency,
    kind

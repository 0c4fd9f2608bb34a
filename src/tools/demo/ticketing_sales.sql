-- Some days of demo sales and refunds of tickets, as their producers would have sent them; {day}, {days} and {until} as in outreach.sql. Shows follow from
-- the calendar and orders from their shows, so a day that is loaded again changes nothing.
INSERT INTO ticketing_sales_landing (tenant_id, request_id, line_number, source, fault, line)
WITH
    (key, purpose) -> sipHash64(key, purpose) / 18446744073709551616. AS chance,
    -- An organizer's hall: its seats, the share of them that an average month sells, and how each month differs from that. The club
    -- is sold out each month, the concert hall in December, the harbour's open air in summer.
    halls AS
    (
        SELECT *
        FROM values(
            'tenant String, organizer String, organizer_name String, series String, category String, country String, cities Array(String), currency String,
             capacity UInt32, month_day UInt8, fill Float64, price Int64, season Array(Float64)',
            ('acme', 'northside', 'Northside Hall', 'Symphony', 'concert', 'DE', ['Berlin', 'Berlin', 'Hamburg', 'Leipzig'], 'EUR',
             800, 18, 0.7, 4500, [1.1, 1.1, 1., 0.9, 0.8, 0.6, 0.4, 0.4, 0.9, 1.1, 1.2, 1.5]),
            ('acme', 'harbour', 'Harbour Open Air', 'Harbour Night', 'festival', 'GB', ['Bristol', 'London', 'London', 'Cardiff'], 'GBP',
             2000, 25, 0.4, 3500, [0.3, 0.3, 0.5, 0.8, 1.3, 1.9, 2.1, 2., 1.2, 0.7, 0.5, 0.8]),
            ('acme', 'aurora', 'Club Aurora', 'Late Show', 'comedy', 'DE', ['Berlin'], 'EUR',
             120, 10, 1., 2400, [1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.]),
            ('globex', 'kunsthof', 'Kunsthof', 'Matinee', 'theatre', 'CH', ['Zürich', 'Bern'], 'CHF',
             200, 21, 0.6, 5200, [1.2, 1.2, 1., 1., 0.9, 0.6, 0.3, 0.4, 1., 1.1, 1.2, 1.4]),
            ('initech', 'basement', 'The Basement', 'Open Stage', 'comedy', 'US', ['Austin'], 'USD',
             60, 5, 0.5, 1500, [1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.]))
    ),
    -- A show each month, of which a number of orders of two tickets is sold.
    shows AS
    (
        SELECT
            *,
            toStartOfMonth(addMonths({day:Date}, arrayJoin(range(4)))) AS month,
            month + month_day - 1 AS show_day,
            concat(organizer, '-', formatDateTime(month, '%Y-%m')) AS show_id,
            toUInt32(floor(capacity * least(fill * season[toMonth(month)], 1) / 2)) AS orders
        FROM halls
    ),
    -- Most tickets are bought in the last weeks, and in the evening.
    orders AS
    (
        SELECT
            *,
            arrayJoin(range(orders)) AS number,
            concat(show_id, '-', toString(number)) AS order_id,
            show_day - 1 - toUInt16(60 * pow(chance(order_id, 'lead'), 2)) AS order_day,
            toDateTime64(order_day, 3, 'UTC') + toIntervalSecond(toUInt32(86399 * sqrt(chance(order_id, 'time')))) AS ordered_at,
            concat('user-', toString(sipHash64(order_id, 'user') % 2500)) AS user_id,
            concat('s-', order_id) AS session_id,
            cities[1 + sipHash64(user_id, 'city') % length(cities)] AS city,
            ['phone', 'phone', 'phone', 'desktop', 'tablet'][1 + sipHash64(user_id, 'device') % 5] AS device,
            ['web', 'web', 'app', 'box_office'][1 + sipHash64(order_id, 'channel') % 4] AS channel,
            chance(order_id, 'vip') < 0.15 AS is_vip,
            if(is_vip, 2 * price, price) AS unit_price,
            order_day < show_day - 30 AS is_early,
            -- nobody gives back a ticket of the club
            organizer != 'aurora' AND chance(order_id, 'refund') < 0.04 AND order_day < show_day - 5 AS is_refunded
        FROM shows
    ),
    lines AS
    (
        SELECT
            tenant,
            part = 'refund' AS gives_back,
            ordered_at + toIntervalHour(if(gives_back, 20 + sipHash64(order_id, 'days') % 72, 0)) AS at,
            toJSONString(CAST(
                (
                    concat(order_id, '-', part), part, order_id, iso_millis(at, 'UTC'), user_id, show_id, organizer,
                    concat(show_id, if(is_vip, '-vip', '-standard')), 2, unit_price, intDiv(2 * unit_price, 20),
                    if(is_early, intDiv(2 * unit_price, 10), 0), currency, channel, if(is_early, 'EARLY', NULL),
                    if(gives_back, concat(order_id, '-sale'), NULL), country, city, device
                ),
                'Tuple(id String, kind String, orderId String, occurredAt String, userId String, showId String, organizerId String,
                    ticketTypeId String, quantity UInt32, unitPriceMinor Int64, feeMinor Int64, discountMinor Int64, currency String,
                    channel String, promoCode Nullable(String), refundOf Nullable(String), country String, city String, device String)'
            )) AS line
        FROM orders
        ARRAY JOIN if(is_refunded, ['sale', 'refund'], ['sale']) AS part
    )
SELECT
    tenant,
    toUUID('00000000-0000-4000-8000-000000000000') AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    'demo' AS source,
    '' AS fault,
    line
FROM lines
WHERE at >= toDateTime64({day:Date}, 3, 'UTC')
    AND at < toDateTime64({day:Date} + {days:UInt8}, 3, 'UTC')
    AND at <= {until:DateTime64(3, 'UTC')}

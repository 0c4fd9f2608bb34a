-- Some days of demo interactions with shows, as their producers would have sent them; {day}, {days} and {until} as in outreach.sql. Shows follow from
-- the calendar and orders from their shows, so a day that is loaded again changes nothing.
INSERT INTO ticketing_events_landing (tenant_id, request_id, line_number, source, fault, line)
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
    -- What is done in a session: the way to an order, or a look that comes to nothing, two for each order.
    visits AS
    (
        SELECT
            *,
            arrayJoin(range(3)) AS visit,
            concat(session_id, if(visit = 0, '', concat('-', toString(visit)))) AS visit_session,
            ordered_at - toIntervalMinute(if(visit = 0, 12, sipHash64(order_id, visit) % 20000)) AS began_at
        FROM orders
    ),
    steps AS
    (
        SELECT
            *,
            arrayJoin(arrayConcat(
                if(
                    visit = 0,
                    [('view', 0), ('click', 2), ('add_to_cart', 5), ('checkout', 9), ('purchase', 12)],
                    arraySlice([('view', 0), ('favorite', 1), ('add_to_cart', 4), ('checkout', 9)], 1, 1 + sipHash64(visit_session) % 4)),
                if(visit = 0 AND NOT is_refunded AND chance(order_id, 'comes') < 0.92, [('check_in', -1)], []),
                if(visit = 0 AND is_refunded, [('refund', -2)], []))) AS step
        FROM visits
    ),
    lines AS
    (
        SELECT
            tenant,
            multiIf(
                step.2 = -1, toDateTime64(show_day, 3, 'UTC') + toIntervalSecond(65000 + sipHash64(order_id, 'door') % 3400),
                step.2 = -2, ordered_at + toIntervalHour(20 + sipHash64(order_id, 'days') % 72),
                began_at + toIntervalMinute(step.2)) AS at,
            toJSONString(CAST(
                (
                    concat(visit_session, '-', step.1), step.1, iso_millis(at, 'UTC'), visit_session, show_id, organizer,
                    if(visit = 0, user_id, NULL), if(step.1 IN ('view', 'click', 'favorite'), NULL, 2),
                    if(step.1 IN ('purchase', 'refund', 'check_in'), order_id, NULL), device,
                    if(device = 'desktop', 'Firefox', 'Safari'), if(device = 'desktop', 'Linux', 'iOS'), country, city, channel
                ),
                'Tuple(id String, eventType String, occurredAt String, sessionId String, showId String, organizerId String,
                    userId Nullable(String), quantity Nullable(UInt32), orderId Nullable(String), device String, browser String,
                    os String, country String, city String, channel String)'
            )) AS line
        FROM steps
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

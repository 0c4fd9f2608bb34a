-- The demo shows, a month's each of six years, as changes that were told once; loaded again, they change nothing.
INSERT INTO ticketing_shows_landing (tenant_id, request_id, line_number, source, fault, line)
WITH
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
    lines AS
    (
        SELECT
            tenant,
            addMonths(toDate('2025-01-01'), arrayJoin(range(72))) AS month,
            concat(organizer, '-', formatDateTime(month, '%Y-%m')) AS show_id,
            month + month_day - 1 AS show_day,
            toJSONString(CAST(
                (
                    concat(show_id, '-1'), show_id, '2025-01-01T00:00:00Z', organizer,
                    concat(dateName('month', month), ' ', series), category, organizer_name, cities[1], country,
                    concat(toString(show_day), 'T19:00:00Z'), concat(toString(show_day), 'T22:00:00Z'), capacity
                ),
                'Tuple(id String, showId String, changedAt String, organizerId String, name String, category String, venue String,
                    city String, country String, startsAt String, endsAt String, capacity UInt32)')) AS line
        FROM halls
    )
SELECT
    tenant,
    toUUID('00000000-0000-4000-8000-000000000000') AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    'demo' AS source,
    '' AS fault,
    line
FROM lines

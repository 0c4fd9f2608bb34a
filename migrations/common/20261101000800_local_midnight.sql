-- migrate:up
-- The instant at which a day begins in a zone: its midnight, or 01:00 where the clocks skip midnight (Chile).
-- Parsing the text 2026-09-06 in America/Santiago would give 23:00 of the day before.
CREATE FUNCTION local_midnight AS (day, timezone) ->
    toDateTime64(toDate32(day), 3, timezone);

-- migrate:down
DROP FUNCTION local_midnight;

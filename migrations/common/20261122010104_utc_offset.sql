-- migrate:up
-- The offset of a zone from UTC at an instant, as RFC 3339 writes it: +01:00, -03:30, and Z for none.
CREATE FUNCTION utc_offset AS (instant, timezone) ->
    if(local_clock_minutes(instant, timezone) = 0, 'Z',
        concat(
            if(local_clock_minutes(instant, timezone) < 0, '-', '+'),
            leftPad(toString(intDiv(abs(local_clock_minutes(instant, timezone)), 60)), 2, '0'),
            ':',
            leftPad(toString(abs(local_clock_minutes(instant, timezone)) % 60), 2, '0')));

-- migrate:down
DROP FUNCTION utc_offset;

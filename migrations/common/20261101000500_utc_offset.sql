-- migrate:up
-- The offset of a zone from UTC at an instant, as RFC 3339 writes it: +01:00, -03:30, and Z for none.
CREATE FUNCTION utc_offset AS (instant, timezone) ->
    arrayMap(
        minutes -> if(
            minutes = 0,
            'Z',
            concat(if(minutes < 0, '-', '+'), formatDateTime(toDateTime(abs(minutes) * 60, 'UTC'), '%H:%i'))),
        [local_clock_minutes(instant, timezone)])[1];

-- migrate:down
DROP FUNCTION utc_offset;

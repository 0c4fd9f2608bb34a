-- migrate:up
-- The instant that a text means as the end of a range, which is excluded: a date (2026-03-05) is the beginning of
-- the day after it in the zone, so that the day belongs to the range; a date-time is that instant (instant_from).
CREATE FUNCTION instant_until AS (text, timezone) ->
    if(length(text) = 10,
        local_midnight(addDays(toDate32OrNull(text), 1), timezone),
        instant_from(text, timezone));

-- migrate:down
DROP FUNCTION instant_until;

-- migrate:up
-- The instant that the text of a parameter means in a zone: a date (2026-03-05) is the beginning of the day that comes
-- addedDays later, a date-time with Z or an offset that instant, one without is local time. NULL for NULL.
CREATE FUNCTION instant_of AS (text, addedDays, timezone) ->
    if(
        length(text) = 10,
        local_midnight(addDays(toDate32OrNull(text), addedDays), timezone),
        parseDateTime64BestEffort(text, 3, timezone));

-- migrate:down
DROP FUNCTION instant_of;

-- migrate:up
-- The instant that a text means as the start of a range: a date (2026-03-05) is the beginning of that day in the
-- zone, a date-time with an offset or Z is that instant, one without is local time in the zone. NULL for NULL and
-- for a text that is neither.
CREATE FUNCTION instant_from AS (text, timezone) ->
    if(length(text) = 10,
        local_midnight(toDate32OrNull(text), timezone),
        parseDateTime64BestEffortOrNull(ifNull(text, ''), 3, timezone));

-- migrate:down
DROP FUNCTION instant_from;

-- migrate:up
-- Whether an instant can be one of an event's or of a range's: in the years 2000 to 2100, give or
-- take one at the edges, for the zones. False for NULL.
CREATE FUNCTION is_supported_instant AS (instant) ->
    ifNull(toYear(instant, 'UTC') BETWEEN 1999 AND 2101, false);

-- migrate:down
DROP FUNCTION is_supported_instant;

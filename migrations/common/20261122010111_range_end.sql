-- migrate:up
-- Where the range of a query ends (excluded), in the caller's zone: at endDate, or now.
CREATE FUNCTION range_end AS (endDate, timezone, now) ->
    ifNull(instant_until(endDate, timezone), toTimeZone(now, timezone));

-- migrate:down
DROP FUNCTION range_end;

-- migrate:up
-- Where the range of a query ends (excluded), in the caller's zone: after the day endDate, at the date-time endDate, or
-- now. Queries take it as a scalar subquery, (SELECT range_end(…)), for the sake of speed: see range_start.
CREATE FUNCTION range_end AS (endDate, timezone, now) ->
    ifNull(instant_of(endDate, 1, timezone), toTimeZone(now, timezone));

-- migrate:down
DROP FUNCTION range_end;

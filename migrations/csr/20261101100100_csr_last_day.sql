-- migrate:up
-- The last day of a query's range, included: as asked, or today in the zone. Throws with the parameter's name before the
-- colon unless it is in the years 1971 to 2100: rows lie in 2000 to 2100, and what queries derive from a day (the day
-- before, a funnel's window after) must not leave what a Date holds, 1970 to 2149, where it would begin again.
CREATE FUNCTION csr_last_day AS (endDate, timezone, now) ->
    if(
        throwIf(ifNull(toYear(endDate) NOT BETWEEN 1971 AND 2100, false), 'endDate: The last day must be in the years 1971 to 2100'),
        toDate(now, timezone),
        assumeNotNull(coalesce(endDate, toDate(now, timezone))));

-- migrate:down
DROP FUNCTION csr_last_day;

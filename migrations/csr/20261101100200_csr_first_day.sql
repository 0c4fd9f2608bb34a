-- migrate:up
-- The first day of a query's range: as asked, or 89 days before the last (days of before 1970 there are not). Throws with
-- the parameter's name before the colon when the range is none, or begins before 1971: see csr_last_day. Queries take it
-- as a scalar subquery, (SELECT csr_first_day(…)), so that a bad range reads nothing; see range_start.
CREATE FUNCTION csr_first_day AS (startDate, lastDay) ->
    if(
        throwIf(assumeNotNull(coalesce(startDate, lastDay - least(89, toUInt16(lastDay)))) > lastDay, 'startDate: The first day must not be after the last')
        OR throwIf(lastDay - assumeNotNull(coalesce(startDate, lastDay - least(89, toUInt16(lastDay)))) > 3660, 'startDate: The range must be at most 3660 days')
        OR throwIf(ifNull(toYear(startDate) < 1971, false), 'startDate: The first day must be in the years 1971 to 2100'),
        lastDay,
        assumeNotNull(coalesce(startDate, lastDay - least(89, toUInt16(lastDay)))));

-- migrate:down
DROP FUNCTION csr_first_day;

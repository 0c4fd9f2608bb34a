-- migrate:up
-- The first day of a query's range, as before, and from now on not before 1971: see csr_last_day.
CREATE OR REPLACE FUNCTION csr_first_day AS (startDate, lastDay) ->
    if(
        throwIf(assumeNotNull(coalesce(startDate, lastDay - least(89, toUInt16(lastDay)))) > lastDay, 'startDate: The first day must not be after the last')
        OR throwIf(lastDay - assumeNotNull(coalesce(startDate, lastDay - least(89, toUInt16(lastDay)))) > 3660, 'startDate: The range must be at most 3660 days')
        OR throwIf(ifNull(toYear(startDate) < 1971, false), 'startDate: The first day must be in the years 1971 to 2100'),
        lastDay,
        assumeNotNull(coalesce(startDate, lastDay - least(89, toUInt16(lastDay)))));

-- migrate:down
CREATE OR REPLACE FUNCTION csr_first_day AS (startDate, lastDay) ->
    if(
        throwIf(assumeNotNull(coalesce(startDate, lastDay - least(89, toUInt16(lastDay)))) > lastDay, 'startDate: The first day must not be after the last')
        OR throwIf(lastDay - assumeNotNull(coalesce(startDate, lastDay - least(89, toUInt16(lastDay)))) > 3660, 'startDate: The range must be at most 3660 days'),
        lastDay,
        assumeNotNull(coalesce(startDate, lastDay - least(89, toUInt16(lastDay)))));

-- migrate:up
-- The start of a range, once the range is found to be one. It throws with the parameter's name before the colon, as the
-- gateway wants it. 366 days are days of the zone (addDays counts those), of which one may last 25 hours. 1969 is there
-- for a clock at 1970, with which queries are described.
CREATE FUNCTION checked_range_start AS (start, end) ->
    if(
        throwIf(start >= end, 'startDate: The start must be before the end')
        OR throwIf(end > addDays(start, 366), 'startDate: The range must be at most 366 days')
        OR throwIf(toYear(start) NOT BETWEEN 1969 AND 2100, 'startDate: The range must begin in the years 1970 to 2100'),
        start,
        start);

-- migrate:down
DROP FUNCTION checked_range_start;

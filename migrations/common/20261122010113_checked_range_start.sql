-- migrate:up
-- The start of a range, once the range is found to be one: throws when it is empty or reversed, or longer than 366
-- days of the zone of start (addDays counts local days, so that a day of 25 hours is one), and with the name of the
-- parameter before the colon, as the gateway wants it.
CREATE FUNCTION checked_range_start AS (start, end) ->
    if(
        throwIf(start >= end, 'startDate: The start must be before the end')
        OR throwIf(end > addDays(start, 366), 'startDate: The range must be at most 366 days'),
        start,
        start);

-- migrate:down
DROP FUNCTION checked_range_start;

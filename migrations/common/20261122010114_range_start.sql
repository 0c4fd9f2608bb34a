-- migrate:up
-- Where the range of a query starts (included), in the caller's zone: at startDate, or one timeRange before the end.
-- Both dates win over timeRange. It checks the whole range (also endDate), so every query calls it.
CREATE FUNCTION range_start AS (timeRange, startDate, endDate, timezone, now) ->
    if(
        throwIf(
            startDate IS NOT NULL AND NOT is_supported_instant(instant_from(startDate, timezone)),
            'startDate: Expected an ISO 8601 date or date-time of the years 2000 to 2100')
        OR throwIf(
            endDate IS NOT NULL AND NOT is_supported_instant(instant_until(endDate, timezone)),
            'endDate: Expected an ISO 8601 date or date-time of the years 2000 to 2100'),
        toTimeZone(now, timezone),
        checked_range_start(
            ifNull(instant_from(startDate, timezone), range_end(endDate, timezone, now) - range_length(timeRange)),
            range_end(endDate, timezone, now)));

-- migrate:down
DROP FUNCTION range_start;

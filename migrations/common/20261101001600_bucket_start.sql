-- migrate:up
-- The start of the bucket that an instant lies in: its hour, day, week (from Monday) or month in the zone, as a
-- DateTime. Days and longer begin at the local midnight, so they last 23 or 25 hours when the clocks change.
-- A constant granularity and zone leave one branch: the analyzer folds if(constant, …), where each branch of a multiIf
-- would be computed for each row, which took longer than reading it. It does not look again at what it put in an if's
-- place; identity() makes it look.
CREATE FUNCTION bucket_start AS (instant, granularity, timezone) ->
    if(
        granularity = 'hour',
        identity(hour_start(instant, timezone)),
        identity(if(
            granularity = 'day',
            toStartOfDay(instant, timezone),
            identity(if(
                granularity = 'week',
                toDateTime(toMonday(instant, timezone), timezone),
                toDateTime(toStartOfMonth(instant, timezone), timezone))))));

-- migrate:down
DROP FUNCTION bucket_start;

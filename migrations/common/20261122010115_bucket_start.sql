-- migrate:up
-- The start of the bucket that an instant lies in: its hour, day, week (from Monday) or month in the zone, as a
-- DateTime. Days and longer begin at the local midnight, so they last 23 or 25 hours when the clocks change.
CREATE FUNCTION bucket_start AS (instant, granularity, timezone) ->
    multiIf(
        granularity = 'hour', hour_start(instant, timezone),
        granularity = 'day', toStartOfDay(instant, timezone),
        granularity = 'week', toDateTime(toMonday(instant, timezone), timezone),
        toDateTime(toStartOfMonth(instant, timezone), timezone));

-- migrate:down
DROP FUNCTION bucket_start;

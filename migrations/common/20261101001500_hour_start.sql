-- migrate:up
-- The start of the clock's hour that an instant lies in, as a DateTime. toStartOfHour is half an hour off on the
-- days on which Lord Howe's clocks change by half an hour, the one zone that does so: there the hour 01 then lasts 90
-- minutes, or the hour 02 begins at 02:30. Elsewhere toStartOfHour is right, and seven times as fast.
CREATE FUNCTION hour_start AS (instant, timezone) ->
    if(
        timezone NOT IN ('Australia/Lord_Howe', 'Australia/LHI'),
        toStartOfHour(instant, timezone),
        whole_hour(instant, timezone) + multiIf(
            toMinute(whole_hour(instant, timezone), timezone) = 0,
                0,
            toHour(whole_hour(instant, timezone), timezone) = toHour(instant, timezone),
                -60 * toMinute(whole_hour(instant, timezone), timezone),
            3600 - 60 * toMinute(whole_hour(instant, timezone), timezone)));

-- migrate:down
DROP FUNCTION hour_start;

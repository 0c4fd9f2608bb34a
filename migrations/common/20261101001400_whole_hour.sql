-- migrate:up
-- An instant minus what the local clock shows beyond the full hour. Where the clocks have just changed by half an
-- hour, that need not be a full hour of the clock: see hour_start.
CREATE FUNCTION whole_hour AS (instant, timezone) ->
    toDateTime(instant, timezone) - toMinute(instant, timezone) * 60 - toSecond(instant, timezone);

-- migrate:down
DROP FUNCTION whole_hour;

-- migrate:up
-- The start of the bucket that an instant lies in, as before. A constant granularity and zone now leave one branch: the
-- analyzer folds if(constant, …), while of multiIf each branch was worked out for each row, which took longer than
-- reading it. It does not look again at what it put in an if's place; identity() has it look.
CREATE OR REPLACE FUNCTION bucket_start AS (instant, granularity, timezone) ->
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
CREATE OR REPLACE FUNCTION bucket_start AS (instant, granularity, timezone) ->
    multiIf(
        granularity = 'hour', hour_start(instant, timezone),
        granularity = 'day', toStartOfDay(instant, timezone),
        granularity = 'week', toDateTime(toMonday(instant, timezone), timezone),
        toDateTime(toStartOfMonth(instant, timezone), timezone));

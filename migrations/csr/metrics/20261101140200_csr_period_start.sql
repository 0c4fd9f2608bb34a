-- migrate:up
-- The first day of the day, week (from Monday) or month that lies so many of them before a day's own.
CREATE FUNCTION csr_period_start AS (day, granularity, back) ->
    multiIf(
        granularity = 'day', addDays(toDate(day), -back),
        granularity = 'week', addWeeks(toMonday(day), -back),
        addMonths(toStartOfMonth(day), -back));

-- migrate:down
DROP FUNCTION csr_period_start;

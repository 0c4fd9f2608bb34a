-- migrate:up
-- How many minutes the clock of a zone is ahead of UTC at an instant. timezoneOffset and '%z' are a day off in zones
-- that have crossed the date line (Pacific/Apia: -11:00 for +13:00), so the two clocks are compared.
CREATE FUNCTION local_clock_minutes AS (instant, timezone) ->
    dateDiff(
        'minute',
        toDateTime(formatDateTime(instant, '%Y-%m-%d %H:%i:00', 'UTC'), 'UTC'),
        toDateTime(formatDateTime(instant, '%Y-%m-%d %H:%i:00', timezone), 'UTC'));

-- migrate:down
DROP FUNCTION local_clock_minutes;

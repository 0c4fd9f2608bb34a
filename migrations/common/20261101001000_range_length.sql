-- migrate:up
-- How long a timeRange is: 1d is 24 hours, whatever the clocks of a zone do meanwhile.
CREATE FUNCTION range_length AS (timeRange) ->
    toIntervalHour(transform(toString(timeRange), ['1d', '7d', '30d', '90d'], [24, 168, 720, 2160], 0));

-- migrate:down
DROP FUNCTION range_length;

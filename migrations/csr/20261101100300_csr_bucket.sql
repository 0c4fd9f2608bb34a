-- migrate:up
-- The first day of the bucket that a day lies in: itself, its week's Monday, its month's first.
CREATE FUNCTION csr_bucket AS (day, granularity) ->
    multiIf(granularity = 'day', day, granularity = 'week', toMonday(day), toStartOfMonth(day));

-- migrate:down
DROP FUNCTION csr_bucket;

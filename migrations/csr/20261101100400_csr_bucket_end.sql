-- migrate:up
-- The day after the last one of the bucket that begins on a day.
CREATE FUNCTION csr_bucket_end AS (bucket, granularity) ->
    multiIf(granularity = 'day', bucket + 1, granularity = 'week', bucket + 7, toDate(addMonths(bucket, 1)));

-- migrate:down
DROP FUNCTION csr_bucket_end;

-- migrate:up
-- The starts of all buckets of a range, in order; the first may lie before the range. It probes the range more often
-- than any bucket is long, rather than adding a bucket's length: hours of 30 or 90 minutes (Lord Howe), days of 23
-- hours and months all come out as bucket_start makes them.
CREATE FUNCTION bucket_starts AS (start, end, granularity, timezone) ->
    arrayDistinct(
        arrayMap(
            seconds -> bucket_start(
                least(start + toIntervalSecond(seconds), end - toIntervalMillisecond(1)),
                granularity,
                timezone),
            range(
                0,
                dateDiff('second', start, end) + if(granularity = 'hour', 1800, 43200) + 1,
                if(granularity = 'hour', 1800, 43200))));

-- migrate:down
DROP FUNCTION bucket_starts;

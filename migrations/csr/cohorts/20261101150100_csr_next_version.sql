-- migrate:up
-- The version of a changed row: microseconds since 1970, but always more than the version before, so that a clock that
-- jumped back loses no change.
CREATE FUNCTION csr_next_version AS (previous, now) ->
    greatest(toUInt64(previous) + 1, toUInt64(toUnixTimestamp64Micro(toDateTime64(now, 6, 'UTC'))));

-- migrate:down
DROP FUNCTION csr_next_version;

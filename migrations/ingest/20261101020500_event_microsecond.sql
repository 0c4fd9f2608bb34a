-- migrate:up
-- The instant that a row's text means, to the microsecond (Postgres has them): ISO 8601 with date and time, UTC when it
-- has no offset, or milliseconds since 1970. NULL if it is neither; see event_instant.
CREATE FUNCTION event_microsecond AS (text) ->
    if(
        toInt64OrNull(text) IS NULL AND event_instant(text) IS NOT NULL,
        parseDateTime64BestEffortOrNull(text, 6, 'UTC'),
        CAST(event_instant(text), 'Nullable(DateTime64(6, \'UTC\'))'));

-- migrate:down
DROP FUNCTION event_microsecond;

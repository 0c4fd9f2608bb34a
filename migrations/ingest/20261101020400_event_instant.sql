-- migrate:up
-- The instant that an event's text means: ISO 8601 with date and time (UTC when it has no offset), or milliseconds
-- since 1970. NULL if it is neither. The pattern is needed, as parsing at best effort takes 25:00 for 01:00 of the
-- next day and the year 0000 for this one. Milliseconds outside of the years 1 to 9999 are taken for the end of them:
-- beyond, microseconds overflow, and the whole insert would fail.
CREATE FUNCTION event_instant AS (text) -> multiIf(
    match(text, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'),
        parseDateTime64BestEffortOrNull(text, 3, 'UTC'),
    toInt64OrNull(text) IS NOT NULL,
        fromUnixTimestamp64Milli(
            least(greatest(assumeNotNull(toInt64OrNull(text)), -62135596800000), 253402300799999),
            'UTC'),
    NULL);

-- migrate:down
DROP FUNCTION event_instant;

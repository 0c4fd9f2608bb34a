-- migrate:up
-- As before, and milliseconds outside of the years 1 to 9999 are the end of them: beyond, microseconds overflow, and one line
-- that says so failed all that were stored with it.
CREATE OR REPLACE FUNCTION event_instant AS (text) -> multiIf(
    match(text, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'),
        parseDateTime64BestEffortOrNull(text, 3, 'UTC'),
    toInt64OrNull(text) IS NOT NULL,
        fromUnixTimestamp64Milli(
            least(greatest(assumeNotNull(toInt64OrNull(text)), -62135596800000), 253402300799999),
            'UTC'),
    NULL);

-- migrate:down
CREATE OR REPLACE FUNCTION event_instant AS (text) -> multiIf(
    match(text, '^[1-9]\\d{3}-\\d\\d-\\d\\d[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)?$'),
        parseDateTime64BestEffortOrNull(text, 3, 'UTC'),
    toInt64OrNull(text) IS NOT NULL,
        fromUnixTimestamp64Milli(toInt64OrNull(text), 'UTC'),
    NULL);

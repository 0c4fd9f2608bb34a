-- migrate:up
-- An instant (a DateTime64) as RFC 3339 text in a zone, always with its milliseconds: 2026-03-05T11:00:00.250+01:00.
CREATE FUNCTION iso_millis AS (instant, timezone) ->
    concat(
        formatDateTime(instant, '%Y-%m-%dT%H:%i:%S.', timezone),
        leftPad(toString(positiveModulo(toUnixTimestamp64Milli(toDateTime64(instant, 3)), 1000)), 3, '0'),
        utc_offset(instant, timezone));

-- migrate:down
DROP FUNCTION iso_millis;

-- migrate:up
-- An instant as RFC 3339 text in a zone: 2026-03-05T00:00:00+01:00, with milliseconds only where there are some.
CREATE FUNCTION iso_instant AS (instant, timezone) ->
    replaceOne(iso_millis(instant, timezone), '.000', '');

-- migrate:down
DROP FUNCTION iso_instant;

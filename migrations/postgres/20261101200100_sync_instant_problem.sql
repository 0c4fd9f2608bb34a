-- migrate:up
-- What is wrong with an instant of a row in Postgres, in milliseconds since 1970, '' if nothing: the rule of the streams, for
-- what no stream checks. Beyond these years it would hide every later change of the row.
CREATE FUNCTION sync_instant_problem AS (name, milliseconds) -> multiIf(
    milliseconds IS NULL, concat(name, ' is missing'),
    milliseconds < 946684800000 OR milliseconds >= 4133980800000,
        concat(name, ' is not in the years 2000 to 2100: ', quoted(toString(assumeNotNull(milliseconds)))),
    '');

-- migrate:down
DROP FUNCTION sync_instant_problem;

-- migrate:up
-- A number rounded half up to two decimals, for means of rates; NULL for NULL and for the mean of nothing (nan).
-- round() rounds halves to even; the 1e-9 lifts the halves whose binary form lies just below them (1.005).
CREATE FUNCTION two_decimals AS (number) ->
    if(isFinite(ifNull(number, nan)), floor(number * 100 + 0.5 + 1e-9) / 100, NULL);

-- migrate:down
DROP FUNCTION two_decimals;

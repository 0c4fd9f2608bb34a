-- migrate:up
-- A share in percent with two decimals, rounded half up (1 of 800 is 0.13), NULL of nothing.
-- It counts whole hundredths of a percent, so that no binary fraction decides the rounding.
CREATE FUNCTION percent_of AS (part, whole) ->
    if(whole = 0, NULL, intDivOrZero(toUInt64(part) * 20000 + whole, toUInt64(whole) * 2) / 100);

-- migrate:down
DROP FUNCTION percent_of;

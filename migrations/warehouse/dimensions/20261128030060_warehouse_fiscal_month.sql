-- migrate:up
-- The month of the fiscal year, from 1 to 12, that a day is in.
CREATE FUNCTION warehouse_fiscal_month AS (day, firstMonth) ->
    toUInt8(modulo(toMonth(day) + 12 - firstMonth, 12) + 1);

-- migrate:down
DROP FUNCTION warehouse_fiscal_month;

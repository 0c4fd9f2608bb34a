-- migrate:up
-- The fiscal year of a day, which is named for the calendar year that it ends in.
CREATE FUNCTION warehouse_fiscal_year AS (day, firstMonth) ->
    toUInt16(toYear(day) + if(firstMonth > 1 AND toMonth(day) >= firstMonth, 1, 0));

-- migrate:down
DROP FUNCTION warehouse_fiscal_year;

-- migrate:up
-- One row is a day of a tenant's calendar, from the first year of its facts to the end of the last: without a gap. The view
-- warehouse_dates_refresh writes all rows again. ORDER BY: a tenant's days are asked for in a range. No partitions: there are few
-- rows.
CREATE TABLE warehouse_dates
(
    tenant_id String,
    day Date,
    year UInt16,
    quarter UInt8,
    month UInt8,
    day_of_month UInt8,
    iso_year UInt16,
    iso_week UInt8,
    weekday UInt8 COMMENT '1 for Monday to 7',
    is_weekend Bool,
    fiscal_year UInt16 COMMENT 'Named for the calendar year that it ends in',
    fiscal_quarter UInt8,
    fiscal_month UInt8
)
ENGINE = MergeTree
ORDER BY (tenant_id, day);

-- migrate:down
DROP TABLE warehouse_dates;

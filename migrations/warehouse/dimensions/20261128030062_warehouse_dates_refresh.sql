-- migrate:up
-- Writes the calendar of each tenant that has facts, in whole years. A fiscal year that begins in another month is there after the
-- next run.
CREATE MATERIALIZED VIEW warehouse_dates_refresh
REFRESH EVERY 15 MINUTE DEPENDS ON warehouse_sales_refresh, warehouse_interactions_refresh TO warehouse_dates AS
WITH
    years AS
    (
        SELECT
            tenant_id,
            toStartOfYear(min(day)) AS first_day,
            toStartOfYear(addYears(max(day), 1)) AS end_day
        FROM warehouse_changed_days
        GROUP BY tenant_id
    ),
    days AS
    (
        SELECT
            years.tenant_id AS tenant_id,
            arrayJoin(arrayMap(number -> years.first_day + number, range(toUInt32(years.end_day - years.first_day)))) AS day,
            if(calendars.first_month = 0, 1, calendars.first_month) AS first_month
        FROM years
        LEFT JOIN
        (
            SELECT
                tenant_id,
                first_month
            FROM warehouse_calendars FINAL
        ) AS calendars ON calendars.tenant_id = years.tenant_id
    )
SELECT
    tenant_id,
    day,
    toYear(day) AS year,
    toQuarter(day) AS quarter,
    toMonth(day) AS month,
    toDayOfMonth(day) AS day_of_month,
    toISOYear(day) AS iso_year,
    toISOWeek(day) AS iso_week,
    toDayOfWeek(day) AS weekday,
    weekday > 5 AS is_weekend,
    warehouse_fiscal_year(day, first_month) AS fiscal_year,
    intDiv(fiscal_month - 1, 3) + 1 AS fiscal_quarter,
    warehouse_fiscal_month(day, first_month) AS fiscal_month
FROM days;

-- migrate:down
DROP VIEW warehouse_dates_refresh;

-- migrate:up
-- Writes the calendar of each tenant that has facts: whole years, of at most a hundred, the latest. A fiscal year that begins in
-- another month is there after the next run.
CREATE MATERIALIZED VIEW warehouse_dates_refresh
REFRESH EVERY 15 MINUTE DEPENDS ON warehouse_sales_refresh, warehouse_interactions_refresh TO warehouse_dates AS
SELECT
    years.tenant_id AS tenant_id,
    arrayJoin(arrayMap(number -> first_day + number, range(toUInt32(last_day - first_day) + 1))) AS day,
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
FROM
(
    SELECT
        tenant_id,
        toStartOfYear(min(day)) AS first_day,
        toStartOfYear(addYears(max(day), 1)) - 1 AS last_day
    FROM warehouse_changed_days
    GROUP BY tenant_id
) AS years
LEFT JOIN
(
    SELECT
        tenant_id,
        warehouse_calendars.first_month AS told_month
    FROM warehouse_calendars FINAL
) AS calendars ON calendars.tenant_id = years.tenant_id
CROSS JOIN (SELECT 1) AS one
WHERE (if(calendars.told_month = 0, 1, calendars.told_month) AS first_month) > 0;

-- migrate:down
DROP VIEW warehouse_dates_refresh;

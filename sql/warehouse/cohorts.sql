/*---
summary: Buyers who come back, by the month of their first purchase
description: |
  Each cohort is the users whose first purchase was in one calendar month of UTC. Of each, the months in which some of them
  bought again: how many, and what share of the cohort. A purchase that was refunded is a purchase. All cohorts are computed
  again every 15 minutes (`computedAt`), so a sale that comes late moves its user to an earlier one.
params:
  startMonth: { description: "Any day of the first cohort's month; 11 months before the last one if absent", example: "2026-01-01" }
  endMonth: { description: "Any day of the last cohort's month, included; this month if absent", example: "2026-03-31", replacesNow: true }
page: { size: 24, max: 240 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
columns:
  cohortMonth: First day of the month
  users: Users of the cohort
  months: "Each month with purchases: how many months after the first, the users who bought, their share in percent, and their orders"
  computedAt: When this was computed
---*/
WITH
    toStartOfMonth(coalesce({endMonth:Nullable(Date)}, toDate({now:DateTime64(3, 'UTC')}))) AS lastMonth,
    toStartOfMonth(coalesce({startMonth:Nullable(Date)}, addMonths(lastMonth, -11))) AS firstMonth
SELECT
    cohort_month AS cohortMonth,
    sumIf(warehouse_user_cohorts.buyers, month = cohort_month) AS users,
    CAST(
        arrayMap(
            each -> (each.1, each.2, each.3, percent_of(each.3, users), each.4),
            arraySort(groupArray((month, dateDiff('month', cohort_month, month), buyers, orders)))),
        'Array(Tuple(month Date, monthsSince UInt16, buyers UInt64, retention Nullable(Float64), orders UInt64))') AS months,
    max(computed_at) AS computedAt
FROM warehouse_user_cohorts
WHERE tenant_id = {tenantId:String}
    AND cohort_month BETWEEN firstMonth AND lastMonth
GROUP BY cohort_month
ORDER BY cohort_month DESC

/*---
summary: Requests of all tenants by query
description: |
  What the gateway's queries cost, from the audit, which is kept for 90 days; the costliest first. Days are those of
  UTC. Requests that name no query, such as events sent in, are under the empty name.
tenant: all
scope: admin
params:
  startDate: { description: "First day; 6 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day, included; today if absent", example: "2026-03-31", replacesNow: true }
  tenant: { description: Only this tenant, example: acme }
page: { size: 100, max: 1000 }
columns:
  query: Name of the query
  tenants: Tenants that asked it
  requests: Requests, also those refused
  errors: Requests answered with a status of 400 or more
  spent: Requests refused with 429, by a budget or the limit of requests a second
  hitRate: Percent of the answers that came from the cache; null when none could
  p50Ms: Half of the requests took at most so many milliseconds
  p95Ms: 95 of 100 requests took at most so many milliseconds
  p99Ms: 99 of 100 requests took at most so many milliseconds
  clickHouseMs: Milliseconds that ClickHouse took, of all requests
  rowsRead: Rows that ClickHouse read
  bytesRead: Bytes that ClickHouse read
  bytesSent: Bytes of the answers
---*/
WITH
    coalesce({endDate:Nullable(Date)}, toDate({now:DateTime64(3, 'UTC')})) AS lastDay,
    coalesce({startDate:Nullable(Date)}, lastDay - 6) AS firstDay,
    measured AS
    (
        SELECT
            query,
            uniqExactIf(tenant_id, tenant_id != '') AS tenants,
            count() AS requests,
            countIf(status >= 400) AS errors,
            countIf(status = 429) AS spent,
            percent_of(countIf(cache = 'hit'), countIf(cache != '' AND status < 400)) AS hitRate,
            quantilesTDigest(0.5, 0.95, 0.99)(duration_ms) AS durations,
            round(sum(clickhouse_ms)) AS clickHouseMs,
            sum(rows_read) AS rowsRead,
            sum(bytes_read) AS bytesRead,
            sum(bytes_sent) AS bytesSent
        FROM gateway_requests
        WHERE at >= toDateTime64(firstDay, 3, 'UTC')
            AND at < toDateTime64(lastDay + 1, 3, 'UTC')
            AND ({tenant:Nullable(String)} IS NULL OR tenant_id = {tenant:Nullable(String)})
        GROUP BY query
    )
SELECT
    query,
    tenants,
    requests,
    errors,
    spent,
    hitRate,
    round(toFloat64(durations[1]), 2) AS p50Ms,
    round(toFloat64(durations[2]), 2) AS p95Ms,
    round(toFloat64(durations[3]), 2) AS p99Ms,
    clickHouseMs,
    rowsRead,
    bytesRead,
    bytesSent
FROM measured
ORDER BY
    clickHouseMs DESC,
    query

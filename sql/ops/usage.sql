/*---
summary: Requests of a tenant by day and query
description: |
  The tenant's own requests, from the audit, which is kept for 90 days. Days are those of UTC; a row appears within
  about a second of its request. What exactly was read is told to the operator alone, by ops/queries. Requests that name no query, such as events sent in, are under the empty name.
params:
  startDate: { description: "First day; 29 days before the last one if absent", example: "2026-03-01" }
  endDate: { description: "Last day, included; today if absent", example: "2026-03-31", replacesNow: true }
  query: { description: Only this query, example: outreach/overview }
page: { size: 100, max: 1000 }
columns:
  day: Day in UTC, latest first
  query: Name of the query
  requests: Requests, also those refused
  errors: Requests answered with a status of 400 or more
  spent: Requests refused with 429, by a budget or the limit of requests a second
  p50Ms: Half of the requests took at most so many milliseconds
  p95Ms: 95 of 100 requests took at most so many milliseconds
  p99Ms: 99 of 100 requests took at most so many milliseconds
  rowsRead: "Rows that ClickHouse read, those of each request rounded up to 1, 4, 16 … million"
  bytesRead: "Bytes that ClickHouse read, those of each request rounded up to 16, 64, 256 … million, as the budget counts them"
  bytesSent: Bytes of the answers
---*/
WITH
    coalesce({endDate:Nullable(Date)}, toDate({now:DateTime64(3, 'UTC')})) AS lastDay,
    coalesce({startDate:Nullable(Date)}, lastDay - 29) AS firstDay,
    measured AS
    (
        SELECT
            toDate(at, 'UTC') AS day,
            query,
            count() AS requests,
            countIf(status >= 400) AS errors,
            countIf(status = 429) AS spent,
            quantilesTDigest(0.5, 0.95, 0.99)(duration_ms) AS durations,
            sum(rows_told) AS rowsRead,
            sum(bytes_told) AS bytesRead,
            sum(bytes_sent) AS bytesSent
        FROM gateway_requests
        WHERE tenant_id = {tenantId:String}
            AND at >= toDateTime64(firstDay, 3, 'UTC')
            AND at < toDateTime64(lastDay + 1, 3, 'UTC')
            AND ({query:Nullable(String)} IS NULL OR query = {query:Nullable(String)})
        GROUP BY
            day,
            query
    )
SELECT
    day,
    query,
    requests,
    errors,
    spent,
    round(toFloat64(durations[1]), 2) AS p50Ms,
    round(toFloat64(durations[2]), 2) AS p95Ms,
    round(toFloat64(durations[3]), 2) AS p99Ms,
    rowsRead,
    bytesRead,
    bytesSent
FROM measured
ORDER BY
    day DESC,
    query

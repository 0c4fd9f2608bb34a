/*---
summary: Lines of CSR streams that were rejected
description: |
  A tenant's dead letters of the CSR streams: lines that were no good rows, whether they were sent to POST /v1/events/csr_…,
  read from a file or came from Postgres, with the reason, newest first. They are kept for 90 days.

page: { size: 100, max: 1000 }
params:
  stream: { description: The stream, default: csr_scores }
columns:
  receivedAt: { description: When Sluice received it, format: date-time }
  lineNumber: "Number of the line in the request body or file; of a row from Postgres, its place in what was read"
  reason: "What is wrong with it: the first rule that it breaks, in the order of the fields"
  line: The line as it was sent; bytes that are not UTF-8 are replaced
  source: "Where it came from: http, backfill or postgres"
  requestId: The request, or the run, that brought it
---*/
SELECT
    iso_millis(received_at, 'UTC') AS receivedAt,
    line_number AS lineNumber,
    reason,
    toValidUTF8(line) AS line,
    source,
    request_id AS requestId
FROM rejected_events
WHERE tenant_id = {tenantId:String}
    AND stream = toString({stream:Enum('csr_companies', 'csr_scores', 'csr_journey', 'csr_metrics', 'csr_cohorts', 'csr_user_cohorts')})
ORDER BY
    received_at DESC,
    request_id,
    line_number,
    reason,
    rejected_events.line

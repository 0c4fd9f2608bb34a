/*---
summary: Lines that were rejected
description: |
  A tenant's dead letters: lines sent to POST /v1/events/outreach that were no good events, with the reason, newest first.
  They are kept for 90 days.

page: { size: 100, max: 1000 }
returns: list
columns:
  receivedAt: { description: When Sluice received it, format: date-time }
  lineNumber: Number of the line in the request body
  reason: "What is wrong with it: the first rule that it breaks, in the order of the fields"
  line: The line as it was sent; bytes that are not UTF-8 are replaced
  source: "Where it came from, such as http"
  requestId: The request that brought it
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
    AND stream = 'outreach'
ORDER BY
    received_at DESC,
    request_id,
    line_number,
    reason,
    rejected_events.line

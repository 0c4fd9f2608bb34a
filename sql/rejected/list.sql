/*---
summary: Lines that were rejected
description: |
  A tenant's dead letters: lines sent to POST /v1/events/{stream}, read from a file, or come from Postgres or a broker that broke
  a rule of their stream, with the reason, newest first. They are kept for 90 days.

path: rejected
page: { size: 100, max: 1000 }
params:
  stream: { description: "The stream, such as outreach; all of them without it", example: outreach, maxLength: 128 }
columns:
  receivedAt: { description: When Sluice received it, format: date-time }
  stream: What it was sent to
  lineNumber: "Number of the line in the request body or file; of a row from Postgres, its place in what was read"
  reason: "What is wrong with it: the first rule that it breaks, in the order of the fields"
  line: The line as it was sent; bytes that are not UTF-8 are replaced
  source: "Where it came from, such as http, backfill, postgres, kafka or nats"
  requestId: The request, or the run, that brought it
---*/
SELECT
    iso_millis(received_at, 'UTC') AS receivedAt,
    stream,
    line_number AS lineNumber,
    reason,
    toValidUTF8(line) AS line,
    source,
    request_id AS requestId
FROM rejected_events
WHERE tenant_id = {tenantId:String}
    -- a line that was sent again is the letter it was before
    AND rejected_events.source != 'replay'
    AND ({stream:Nullable(String)} IS NULL OR stream = {stream:Nullable(String)})
ORDER BY
    received_at DESC,
    request_id,
    line_number,
    stream,
    reason,
    rejected_events.line
-- a source that delivers at least once brings a dead letter again with the same numbers
LIMIT 1 BY
    stream,
    request_id,
    line_number,
    reason,
    rejected_events.line

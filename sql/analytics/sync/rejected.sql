/*---
summary: Rows from Postgres that belong to no company
description: |
  Dead letters of the sync that name no company, so that no tenant sees them, newest first. Those with a company are among its
  own, in /v1/rejected. They are kept for 90 days.

page: { size: 100, max: 1000 }
tenant: all
scope: admin
columns:
  receivedAt: { description: When Sluice received it, format: date-time }
  stream: What it was to become
  reason: What is wrong with it
  line: The row as a line of its stream
  runId: The run that brought it
---*/
SELECT
    iso_millis(received_at, 'UTC') AS receivedAt,
    stream,
    reason,
    toValidUTF8(line) AS line,
    request_id AS runId
FROM rejected_events
WHERE tenant_id = ''
    AND source = 'postgres'
ORDER BY
    received_at DESC,
    runId,
    stream,
    line_number,
    reason,
    rejected_events.line

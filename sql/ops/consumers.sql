/*---
summary: How the consumers of Kafka do
description: |
  One row per consumer of a table that reads Kafka, as it was within the last seconds. Without Kafka there are no rows.
tenant: all
scope: admin
columns:
  table: Table that reads Kafka, such as outreach_kafka
  server: ClickHouse server that it is on
  lag: Messages that are not stored yet; null when not known, as when no partition is its own
  partitions: "What it reads: topic, partition, the next offset to be stored, and the lag"
  connected: Whether a broker answers it
  messages: Messages that it has read since the server began
  lastPollAt: { description: When it last asked for messages, format: date-time }
  lastStoredAt: { description: When messages of it were last stored, format: date-time }
  error: What went wrong last, null when messages were stored since, or none are waiting
  failedAt: { description: When that was, format: date-time }
---*/
WITH
    latest AS
    (
        SELECT
            table_name,
            server,
            consumer,
            partitions,
            connected,
            messages,
            polled_at,
            committed_at,
            error,
            failed_at,
            arrayMap(each -> each.lag, partitions) AS lags,
            -- of no partition, or of one whose lag is not known, there is no sum
            if(empty(lags) OR has(lags, NULL), NULL, arraySum(arrayMap(each -> assumeNotNull(each), lags))) AS lagOfAll,
            error != '' AND failed_at >= committed_at AND NOT (connected AND ifNull(lagOfAll = 0, false)) AS isFailing
        FROM kafka_consumers
        WHERE (server, observed_at) IN
        (
            SELECT
                server,
                max(observed_at)
            FROM kafka_consumers
            GROUP BY server
        )
    )
SELECT
    table_name AS table,
    server,
    lagOfAll AS lag,
    partitions,
    connected,
    messages,
    if(polled_at = 0, NULL, iso_instant(toDateTime64(polled_at, 3, 'UTC'), 'UTC')) AS lastPollAt,
    if(committed_at = 0, NULL, iso_instant(toDateTime64(committed_at, 3, 'UTC'), 'UTC')) AS lastStoredAt,
    if(isFailing, error, NULL) AS error,
    if(isFailing, iso_instant(toDateTime64(failed_at, 3, 'UTC'), 'UTC'), NULL) AS failedAt
FROM latest
ORDER BY
    table,
    server,
    consumer

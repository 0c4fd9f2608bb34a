-- migrate:up
-- One row is a line that its stream's views refused: a dead letter.
-- ORDER BY: a tenant reads its own, by stream, newest first. Kept for 90 days, by month, so that
-- whole parts expire. A request's own rejections are found by its id through the skip index.
CREATE TABLE rejected_events
(
    tenant_id String,
    stream LowCardinality(String),
    source LowCardinality(String),
    request_id UUID,
    line_number UInt32 COMMENT 'Place of the line in its request, from 1',
    reason String COMMENT 'Sentence that names the field at fault',
    line String CODEC(ZSTD(3)),
    received_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta, ZSTD),
    INDEX request request_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (tenant_id, stream, received_at)
TTL toDateTime(received_at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1;

-- migrate:down
DROP TABLE rejected_events;

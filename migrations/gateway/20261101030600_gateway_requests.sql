-- migrate:up
-- One row is a request under /v1 that the gateway answered: the audit. ORDER BY: a tenant reads its own by time;
-- the operator reads all tenants of a few days, by the month's partition and the time's min-max index. Kept for 90 days,
-- by month, so that whole parts expire. The deduplication window makes a batch that is written again count once.
-- How many rows and bytes exactly a query read, and how long it took, depends on what other tenants hold: the operator alone
-- reads that (`access: operator`), and a tenant is told rows_told and bytes_told.
CREATE TABLE gateway_requests
(
    at DateTime64(3, 'UTC') COMMENT 'When the request came' CODEC(Delta, ZSTD),
    request_id UUID,
    tenant_id String COMMENT 'Empty when the credential was refused',
    subject String COMMENT 'The token''s sub, or key:<id of the API key>',
    method LowCardinality(String),
    path String COMMENT 'Without the query string',
    query LowCardinality(String) COMMENT 'Name of the query, if it was one',
    parameters_hash UInt64 COMMENT 'Equal for equal parameters; 0 when there are none',
    status UInt16,
    problem LowCardinality(String) COMMENT 'Slug of the problem type, if it was one',
    cache LowCardinality(String) COMMENT 'hit, miss, stale, bypass or empty',
    duration_ms Float32 COMMENT 'Until the last byte was handed to the connection',
    clickhouse_ms Float32 COMMENT 'access: operator',
    rows_read UInt64 COMMENT 'access: operator',
    bytes_read UInt64 COMMENT 'access: operator',
    bytes_sent UInt64 COMMENT 'Of the body, before compression by a proxy',
    instance UUID COMMENT 'The gateway that answered',
    rows_told UInt64 MATERIALIZED coarse(rows_read, 1000000) COMMENT 'Rounded up to 1, 4, 16 … million',
    bytes_told UInt64 MATERIALIZED coarse(bytes_read, 16000000) COMMENT 'Rounded up to 16, 64, 256 … million',
    INDEX at at TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (tenant_id, at)
TTL toDateTime(at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1;

-- migrate:down
DROP TABLE gateway_requests;

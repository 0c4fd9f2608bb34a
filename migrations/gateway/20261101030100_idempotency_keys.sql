-- migrate:up
-- One row is the state of a request that carried an Idempotency-Key; the latest `updated_at` holds.
-- ORDER BY: it is looked up by its whole key. A key is remembered for a day; by day, so that whole parts expire.
-- Queries may not read it, although its rows belong to tenants: it is the gateway's own state.
CREATE TABLE idempotency_keys
(
    tenant_id String,
    stream LowCardinality(String),
    key String,
    state Enum8('started' = 1, 'failed' = 2, 'done' = 3),
    fingerprint String COMMENT 'SHA-256 of the body, hexadecimal; empty while it is not known',
    answer String COMMENT 'The answer, as sent',
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(updated_at)
PARTITION BY toYYYYMMDD(updated_at)
ORDER BY (tenant_id, stream, key)
TTL toDateTime(updated_at) + INTERVAL 1 DAY
SETTINGS ttl_only_drop_parts = 1
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE idempotency_keys;

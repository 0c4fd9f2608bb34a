-- migrate:up
-- One row is an API key, or its revocation, which repeats the key's row; the latest `revoked_at` of a key holds, so that
-- a revocation wins over whatever is written when. Only the SHA-256 of the key is kept: with 256 random bits in a key,
-- nobody finds it by that. ORDER BY: it is looked up by that hash; the skip index is for the id that an admin names.
-- Kept forever, as evidence.
-- Queries may not read it, although its rows belong to tenants: it holds the hashes of keys.
CREATE TABLE api_keys
(
    hash FixedString(32) COMMENT 'SHA-256 of the key',
    id UUID,
    tenant_id String,
    name String,
    scopes Array(LowCardinality(String)),
    created_at DateTime64(3, 'UTC'),
    expires_at Nullable(DateTime64(3, 'UTC')),
    revoked_at DateTime64(3, 'UTC') COMMENT '1970 while it holds',
    INDEX id id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree(revoked_at)
ORDER BY hash
COMMENT 'access: gateway';

-- migrate:down
DROP TABLE api_keys;

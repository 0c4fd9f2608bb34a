-- migrate:up
-- One row says when an API key was last used, read by the key's id: hence the order. Kept forever, as it is small.
CREATE TABLE api_key_uses
(
    key_id UUID,
    used_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY key_id;

-- migrate:down
DROP TABLE api_key_uses;

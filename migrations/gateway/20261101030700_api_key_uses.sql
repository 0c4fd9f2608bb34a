-- migrate:up
-- One row says when an API key was last used. ORDER BY: it is read by the key's id. Kept forever, as it is small.
CREATE TABLE api_key_uses
(
    key_id UUID,
    used_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY key_id;

-- migrate:down
DROP TABLE api_key_uses;

-- migrate:up
-- Queries may not read it, although its rows belong to tenants: they hold the hashes of keys.
ALTER TABLE api_keys MODIFY COMMENT 'access: gateway'

-- migrate:down
ALTER TABLE api_keys MODIFY COMMENT ''

-- migrate:up
-- Queries may not read it, although its rows belong to tenants: it is the gateway's own state.
ALTER TABLE cache_purges MODIFY COMMENT 'access: gateway'

-- migrate:down
ALTER TABLE cache_purges MODIFY COMMENT ''

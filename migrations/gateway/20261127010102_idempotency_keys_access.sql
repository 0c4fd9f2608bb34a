-- migrate:up
-- Queries may not read it, although its rows belong to tenants: it is the gateway's own state.
ALTER TABLE idempotency_keys MODIFY COMMENT 'access: gateway'

-- migrate:down
ALTER TABLE idempotency_keys MODIFY COMMENT ''

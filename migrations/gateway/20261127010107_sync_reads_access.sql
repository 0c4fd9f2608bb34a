-- migrate:up
-- Queries may not read it, although its rows belong to tenants: it is the gateway's own state.
ALTER TABLE sync_reads MODIFY COMMENT 'access: gateway'

-- migrate:down
ALTER TABLE sync_reads MODIFY COMMENT ''

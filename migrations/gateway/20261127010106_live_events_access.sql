-- migrate:up
-- Queries may not read it, although its rows belong to tenants: it is the gateway's own state.
ALTER TABLE live_events MODIFY COMMENT 'access: gateway'

-- migrate:down
ALTER TABLE live_events MODIFY COMMENT ''

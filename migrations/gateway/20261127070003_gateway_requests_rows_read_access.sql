-- migrate:up
-- Only queries with `tenant: all` read it.
ALTER TABLE gateway_requests COMMENT COLUMN rows_read 'access: operator'

-- migrate:down
ALTER TABLE gateway_requests COMMENT COLUMN rows_read ''

-- migrate:up
-- Only queries with `tenant: all` read it.
ALTER TABLE gateway_requests COMMENT COLUMN bytes_read 'access: operator'

-- migrate:down
ALTER TABLE gateway_requests COMMENT COLUMN bytes_read ''

-- migrate:up
-- Only queries with `tenant: all` read it.
ALTER TABLE gateway_requests COMMENT COLUMN clickhouse_ms 'access: operator'

-- migrate:down
ALTER TABLE gateway_requests COMMENT COLUMN clickhouse_ms ''

-- migrate:up
-- What a tenant is told of the rows: how many exactly depends on what other tenants hold beside it.
ALTER TABLE gateway_requests ADD COLUMN rows_told UInt64 MATERIALIZED coarse(rows_read, 1000000) COMMENT 'Rounded up to 1, 4, 16 … million'

-- migrate:down
ALTER TABLE gateway_requests DROP COLUMN rows_told
